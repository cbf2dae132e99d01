import { tensor } from 'match-compiler';
import { attributeTypes, type TensorProto } from 'match-compiler/plugins/import-onnx';
import { node, onnxFile, tensorProto, valueInfo, type ModelParts } from '../support/onnx-model.ts';
import { badModel, type BadInput } from './bad-input.ts';

const image = valueInfo('x', 'float32', [1, 3, 8, 8]);
const weights = tensor('float32', [4, 3, 3, 3]);

const convolution: ModelParts = {
  nodes: [node('Conv', ['x', 'w'], ['y'], { kernel_shape: [3, 3] }, { name: 'conv1' })],
  inputs: [image],
  outputs: ['y'],
  initializers: { w: weights },
};

/** A small sound ONNX model. */
export const soundOnnx = onnxFile(convolution);

function onnx(
  title: string,
  model: ModelParts | Uint8Array,
  ...expected: [code: string, names?: BadInput['names'], says?: RegExp]
): BadInput {
  return badModel('onnx', title, model instanceof Uint8Array ? model : onnxFile(model), ...expected);
}

const conv1 = (attributes: Parameters<typeof node>[3], inputs = ['x', 'w']): ModelParts => ({
  ...convolution,
  nodes: [node('Conv', inputs, ['y'], attributes, { name: 'conv1' })],
});

/** Data that the file says lies elsewhere. */
function external(fields: Readonly<Record<string, string>>): ModelParts {
  const external_data = Object.entries(fields).map(([key, value]) => ({ key, value }));
  const proto = {
    name: 'w',
    dims: [4, 3, 3, 3],
    data_type: 1,
    data_location: 1,
    external_data,
  } as unknown as TensorProto;
  return { ...convolution, initializers: [proto] };
}

const qlinear = (scale: number): ModelParts => ({
  nodes: [node('QLinearConv', ['x', 's', 'z', 'w', 's', 'z', 'bad', 'z'], ['y'], {}, { name: 'qconv1' })],
  inputs: [valueInfo('x', 'int8', [1, 3, 8, 8])],
  outputs: [valueInfo('y', 'int8')],
  initializers: {
    w: tensor('int8', [4, 3, 3, 3]),
    s: tensor('float32', [], [0.5]),
    bad: tensor('float32', [], [scale]),
    z: tensor('int8', [], [0]),
  },
});

const quantized = (scale: number): ModelParts => ({
  nodes: [
    node('QuantizeLinear', ['x', 's', 'z'], ['q'], {}, { name: 'quantize1' }),
    node('DequantizeLinear', ['q', 's', 'z'], ['y'], {}, { name: 'dequantize1' }),
  ],
  inputs: [image],
  outputs: ['y'],
  initializers: { s: tensor('float32', [], [scale]), z: tensor('int8', [], [0]) },
});

const relu = (name: string, from: string, to: string): ReturnType<typeof node> =>
  node('Relu', [from], [to], {}, { name });

export const onnxInputs: readonly BadInput[] = [
  onnx('an empty file', new Uint8Array(), 'MODEL_EMPTY', 'offset'),
  onnx('zeros', new Uint8Array(64), 'MODEL_DECODE', 'offset'),
  onnx(
    'text',
    new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n'),
    'MODEL_DECODE',
    'offset',
  ),
  onnx('a file cut off', soundOnnx.slice(0, soundOnnx.length / 2), 'MODEL_DECODE', 'offset'),
  onnx(
    'a cycle',
    { nodes: [relu('a', 'v', 'u'), relu('b', 'u', 'v')], outputs: ['u'] },
    'MODEL_CYCLE',
    'node',
    /a → b|b → a/,
  ),
  onnx('a node that reads itself', { nodes: [relu('a', 'u', 'u')], outputs: ['u'] }, 'MODEL_CYCLE', 'node'),
  onnx('a missing initializer', { ...convolution, initializers: {} }, 'INPUT_UNDEFINED', 'node', /'w'/),
  onnx(
    'an output that nobody makes',
    { ...convolution, outputs: ['z'] },
    'OUTPUT_UNDEFINED',
    'tensor',
    /'z'/,
  ),
  onnx('no outputs', { ...convolution, outputs: [] }, 'MODEL_NO_OUTPUTS'),
  onnx(
    'an unknown operator',
    { ...convolution, nodes: [node('Convv', ['x', 'w'], ['y'], {}, { name: 'conv1' })] },
    'OP_UNSUPPORTED',
    'node',
    /Conv/,
  ),
  onnx(
    'an operator of another domain',
    { ...convolution, nodes: [node('Magic', ['x'], ['y'], {}, { name: 'm', domain: 'com.example' })] },
    'OP_UNSUPPORTED',
    'node',
    /com\.example/,
  ),
  onnx('an operator set of long ago', { ...convolution, opset: 1 }, 'OPSET_UNSUPPORTED'),
  onnx('no operator set', { ...convolution, opset: null }, 'OPSET_UNSUPPORTED'),
  onnx(
    'weights for other channels',
    { ...convolution, initializers: { w: tensor('float32', [4, 2, 3, 3]) } },
    'MODEL_SHAPE',
    'node',
  ),
  onnx(
    'a kernel larger than the image',
    {
      ...convolution,
      initializers: { w: tensor('float32', [4, 3, 9, 9]) },
      nodes: [node('Conv', ['x', 'w'], ['y'], {}, { name: 'conv1' })],
    },
    'MODEL_SHAPE',
    'node',
  ),
  onnx('a kernel_shape unlike the weights', conv1({ kernel_shape: [5, 5] }), 'ATTRIBUTE_UNSUPPORTED', 'node'),
  onnx('a stride of zero', conv1({ strides: [0, 0] }), 'MODEL_SHAPE', 'node'),
  onnx('negative pads', conv1({ pads: [-1, -1, -1, -1] }), 'MODEL_SHAPE', 'node'),
  onnx('groups that do not divide the channels', conv1({ group: 2 }), 'MODEL_SHAPE', 'node'),
  onnx('zero groups', conv1({ group: 0 }), 'MODEL_SHAPE', 'node'),
  onnx(
    'an attribute of the wrong type',
    conv1({ strides: 'two' }),
    'ATTRIBUTE_UNSUPPORTED',
    'node',
    /strides/,
  ),
  onnx('a convolution without weights', conv1({}, ['x']), 'INPUT_MISSING', 'node'),
  onnx(
    'a convolution in four dimensions',
    {
      ...convolution,
      inputs: [valueInfo('x', 'float32', [1, 3, 4, 4, 4, 4])],
      initializers: { w: tensor('float32', [4, 3, 1, 1, 1, 1]) },
      nodes: [node('Conv', ['x', 'w'], ['y'], {}, { name: 'conv1' })],
    },
    'FEATURE_UNSUPPORTED',
    'node',
  ),
  onnx(
    'dimensions without values',
    { ...convolution, inputs: [valueInfo('x', 'float32', ['N', 3, undefined, 8])] },
    'INPUT_SHAPE_UNKNOWN',
    'tensor',
    /inputShapes/,
  ),
  onnx(
    'an input without a shape',
    { ...convolution, inputs: [valueInfo('x', 'float32')] },
    'INPUT_SHAPE_UNKNOWN',
    'tensor',
  ),
  onnx(
    'a tensor of 2^40 elements',
    { nodes: [relu('a', 'x', 'y')], inputs: [valueInfo('x', 'float32', [2 ** 20, 2 ** 20])], outputs: ['y'] },
    'MODEL_SHAPE',
  ),
  onnx(
    'a dimension beyond safe integers',
    { nodes: [relu('a', 'x', 'y')], inputs: [valueInfo('x', 'float32', [2 ** 62, 4])], outputs: ['y'] },
    'MODEL_SHAPE',
  ),
  onnx(
    'a constant of 2^40 elements made by an operator',
    {
      nodes: [
        node('ConstantOfShape', ['s'], ['c'], {}, { name: 'fill' }),
        node('Add', ['x', 'c'], ['y'], {}, { name: 'add1' }),
      ],
      inputs: [valueInfo('x', 'float32', [1])],
      outputs: ['y'],
      initializers: { s: tensor('int64', [2], [2n ** 20n, 2n ** 20n]) },
    },
    'FEATURE_UNSUPPORTED',
    'node',
  ),
  onnx(
    'a negative dimension',
    { ...convolution, inputs: [valueInfo('x', 'float32', [1, 3, -8, 8])] },
    'INPUT_SHAPE_UNKNOWN',
    'tensor',
  ),
  onnx(
    'an element type that is not supported',
    {
      ...convolution,
      inputs: [{ name: 'x', type: { tensor_type: { elem_type: 14, shape: { dim: [{ dim_value: 1 }] } } } }],
    },
    'DTYPE_UNSUPPORTED',
    'tensor',
  ),
  onnx(
    'weights of texts',
    {
      ...convolution,
      initializers: [{ name: 'w', dims: [1], data_type: 8, string_data: [new Uint8Array(2)] }],
    },
    'DTYPE_UNSUPPORTED',
    'tensor',
  ),
  onnx(
    'fewer weights than the shape says',
    { ...convolution, initializers: [{ ...tensorProto('w', weights), raw_data: new Uint8Array(12) }] },
    'TENSOR_INVALID',
    'tensor',
  ),
  onnx('a scale of zero', quantized(0), 'QUANTIZATION_INVALID', 'node'),
  onnx('a scale that is not a number', quantized(NaN), 'QUANTIZATION_INVALID', 'node'),
  onnx('an output scale of zero', qlinear(0), 'REQUANTIZE_SCALE', 'node'),
  onnx('a negative scale', quantized(-1), 'QUANTIZATION_INVALID', 'node'),
  onnx(
    'a loop',
    {
      ...convolution,
      nodes: [
        node(
          'If',
          ['x'],
          ['y'],
          { then_branch: { attribute: { type: attributeTypes.graph ?? 5, g: { name: 'g' } } } },
          { name: 'if1' },
        ),
      ],
    },
    'SUBGRAPH_UNSUPPORTED',
    'node',
  ),
  onnx(
    'a reshape to another size',
    {
      nodes: [node('Reshape', ['x', 's'], ['y'], {}, { name: 'reshape1' })],
      inputs: [image],
      outputs: ['y'],
      initializers: { s: tensor('int64', [2], [7n, 7n]) },
    },
    'MODEL_SHAPE',
    'node',
  ),
  onnx(
    'a reshape to a shape only known when it runs',
    {
      nodes: [node('Reshape', ['x', 's'], ['y'], {}, { name: 'reshape1' })],
      inputs: [image, valueInfo('s', 'int64', [2])],
      outputs: ['y'],
    },
    'INPUT_UNBOUND',
    'node',
  ),
  onnx(
    'external data by an absolute path',
    external({ location: '/etc/passwd' }),
    'EXTERNAL_DATA_OUTSIDE',
    'file',
    /passwd/,
  ),
  onnx(
    'external data outside the folder',
    external({ location: '../secret.bin' }),
    'EXTERNAL_DATA_OUTSIDE',
    'file',
  ),
  onnx(
    'external data that is not there',
    external({ location: 'gone.bin' }),
    'EXTERNAL_DATA_MISSING',
    'file',
    /gone\.bin/,
  ),
  onnx(
    'external data with an offset of text',
    external({ location: 'model.onnx', offset: 'far' }),
    'TENSOR_INVALID',
  ),
  {
    ...onnx('external data that is too short', external({ location: 'w.bin' }), 'EXTERNAL_DATA_LENGTH'),
    files: {
      'model.onnx': onnxFile(external({ location: 'w.bin', offset: '4', length: '432' })),
      'w.bin': new Uint8Array(32),
    },
  },
];
