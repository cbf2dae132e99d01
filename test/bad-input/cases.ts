import { tensor } from 'match-compiler';
import { attributeTypes, elementTypes, type TensorProto } from 'match-compiler/plugins/import-onnx';
import { node, onnxFile, tensorProto, valueInfo, type ModelParts } from '../support/onnx-model.ts';
import {
  options,
  tfliteModel,
  type ModelSpec,
  type OperatorSpec,
  type TensorSpec,
} from '../support/tflite-model.ts';

/** One thing that a user may hand to `match build`, and the error it must end in. */
export interface BadInput {
  readonly title: string;
  /** Files of the project folder. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** Named on the command line; absent where a configuration names it. */
  readonly model?: string;
  /** One of these codes. */
  readonly codes: readonly string[];
  /** What the location must name. */
  readonly names?: 'node' | 'offset' | 'tensor' | 'file' | 'plugin';
  /** The message, the hint or a note must match. */
  readonly says?: RegExp;
}

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
  parts: ModelParts | Uint8Array,
  codes: string | readonly string[],
  names?: BadInput['names'],
  says?: RegExp,
): BadInput {
  return {
    title: `onnx: ${title}`,
    files: { 'model.onnx': parts instanceof Uint8Array ? parts : onnxFile(parts) },
    model: 'model.onnx',
    codes: [codes].flat(),
    ...(names && { names }),
    ...(says && { says }),
  };
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
  onnx(
    'a node that reads itself',
    { nodes: [relu('a', 'u', 'u')], outputs: ['u'] },
    ['MODEL_CYCLE', 'INPUT_UNDEFINED'],
    'node',
  ),
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
  onnx('an operator set of long ago', { ...convolution, opset: 1 }, ['OPSET_UNSUPPORTED', 'OP_UNSUPPORTED']),
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
    ['MODEL_SHAPE', 'ATTRIBUTE_UNSUPPORTED'],
    'node',
  ),
  onnx(
    'a kernel_shape unlike the weights',
    conv1({ kernel_shape: [5, 5] }),
    ['ATTRIBUTE_UNSUPPORTED', 'MODEL_SHAPE'],
    'node',
  ),
  onnx('a stride of zero', conv1({ strides: [0, 0] }), ['ATTRIBUTE_UNSUPPORTED', 'MODEL_SHAPE'], 'node'),
  onnx(
    'negative pads',
    conv1({ pads: [-1, -1, -1, -1] }),
    ['ATTRIBUTE_UNSUPPORTED', 'MODEL_SHAPE', 'FEATURE_UNSUPPORTED'],
    'node',
  ),
  onnx(
    'groups that do not divide the channels',
    conv1({ group: 2 }),
    ['ATTRIBUTE_UNSUPPORTED', 'MODEL_SHAPE'],
    'node',
  ),
  onnx('zero groups', conv1({ group: 0 }), ['ATTRIBUTE_UNSUPPORTED', 'MODEL_SHAPE'], 'node'),
  onnx(
    'an attribute of the wrong type',
    conv1({ strides: 'two' }),
    ['ATTRIBUTE_UNSUPPORTED', 'MODEL_SHAPE'],
    'node',
    /strides/,
  ),
  onnx('a convolution without weights', conv1({}, ['x']), ['INPUT_MISSING', 'MODEL_SHAPE'], 'node'),
  onnx(
    'a convolution in three dimensions',
    {
      ...convolution,
      inputs: [valueInfo('x', 'float32', [1, 3, 4, 4, 4])],
      initializers: { w: tensor('float32', [4, 3, 1, 1, 1]) },
      nodes: [node('Conv', ['x', 'w'], ['y'], {}, { name: 'conv1' })],
    },
    ['FEATURE_UNSUPPORTED', 'MODEL_SHAPE'],
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
    ['MEMORY_EXCEEDED', 'MODEL_SHAPE', 'TENSOR_INVALID', 'INPUT_SHAPE_UNKNOWN', 'TENSOR_TOO_LARGE'],
  ),
  onnx(
    'a dimension beyond safe integers',
    { nodes: [relu('a', 'x', 'y')], inputs: [valueInfo('x', 'float32', [2 ** 62, 4])], outputs: ['y'] },
    [
      'MEMORY_EXCEEDED',
      'MODEL_SHAPE',
      'TENSOR_INVALID',
      'INPUT_SHAPE_UNKNOWN',
      'TENSOR_TOO_LARGE',
      'DIMENSION_INVALID',
    ],
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
    ['OP_UNSUPPORTED', 'TENSOR_TOO_LARGE', 'TENSOR_INVALID', 'FEATURE_UNSUPPORTED', 'MODEL_SHAPE'],
    'node',
  ),
  onnx(
    'a negative dimension',
    { ...convolution, inputs: [valueInfo('x', 'float32', [1, 3, -8, 8])] },
    ['INPUT_SHAPE_UNKNOWN', 'MODEL_SHAPE', 'TENSOR_INVALID'],
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
      initializers: [
        { name: 'w', dims: [1], data_type: 8, string_data: [new Uint8Array(2)] } as unknown as TensorProto,
      ],
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
  onnx(
    'mixed element types',
    { ...convolution, initializers: { w: tensor('int8', [4, 3, 3, 3]) } },
    ['MODEL_SHAPE', 'FEATURE_UNSUPPORTED', 'DTYPE_UNSUPPORTED'],
    'node',
  ),
  onnx(
    'a scale of zero',
    quantized(0),
    ['QUANTIZATION_INVALID', 'TENSOR_INVALID', 'ATTRIBUTE_UNSUPPORTED', 'MODEL_SHAPE', 'SCALE_INVALID'],
    'node',
  ),
  onnx(
    'a scale that is not a number',
    quantized(NaN),
    ['QUANTIZATION_INVALID', 'TENSOR_INVALID', 'ATTRIBUTE_UNSUPPORTED', 'MODEL_SHAPE', 'SCALE_INVALID'],
    'node',
  ),
  onnx(
    'a negative scale',
    quantized(-1),
    ['QUANTIZATION_INVALID', 'TENSOR_INVALID', 'ATTRIBUTE_UNSUPPORTED', 'MODEL_SHAPE', 'SCALE_INVALID'],
    'node',
  ),
  onnx(
    'a loop',
    {
      ...convolution,
      nodes: [
        node(
          'If',
          ['x'],
          ['y'],
          { then_branch: { attribute: { type: attributeTypes.graph ?? 5, g: { name: 'g' } } as never } },
          { name: 'if1' },
        ),
      ],
    },
    ['SUBGRAPH_UNSUPPORTED', 'OP_UNSUPPORTED'],
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
    ['MODEL_SHAPE', 'ATTRIBUTE_UNSUPPORTED', 'FEATURE_UNSUPPORTED'],
    'node',
  ),
  onnx(
    'a reshape to a shape only known when it runs',
    {
      nodes: [node('Reshape', ['x', 's'], ['y'], {}, { name: 'reshape1' })],
      inputs: [image, valueInfo('s', 'int64', [2])],
      outputs: ['y'],
    },
    'CONSTANT_REQUIRED',
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
  onnx('external data with an offset of text', external({ location: 'model.onnx', offset: 'far' }), [
    'TENSOR_INVALID',
    'EXTERNAL_DATA_LENGTH',
  ]),
  {
    ...onnx('external data that is too short', external({ location: 'w.bin' }), [
      'EXTERNAL_DATA_LENGTH',
      'TENSOR_INVALID',
    ]),
    files: {
      'model.onnx': onnxFile(external({ location: 'w.bin', offset: '4', length: '432' })),
      'w.bin': new Uint8Array(32),
    },
  },
];

const elementNumber = elementTypes.indexOf('float32');
if (elementNumber !== 1) throw new Error('the numbers of ONNX element types have changed');

const tensors: Readonly<Record<string, TensorSpec>> = {
  x: { shape: [1, 8, 8, 3], type: 'int8', scale: 0.5 },
  w: { shape: [4, 3, 3, 3], type: 'int8', scale: 0.25, data: new Int8Array(108) },
  b: { shape: [4], type: 'int32', scale: 0.125, data: [1, 2, 3, 4] },
  y: { shape: [1, 6, 6, 4], type: 'int8', scale: 1 },
};
const operator: OperatorSpec = {
  op: 'CONV_2D',
  inputs: ['x', 'w', 'b'],
  outputs: ['y'],
  options: options.conv2d(),
};
const layer: ModelSpec = { tensors, operators: [operator], inputs: ['x'], outputs: ['y'] };

/** A small sound TFLite model. */
export const soundTflite = tfliteModel(layer);

function tflite(
  title: string,
  spec: ModelSpec | Uint8Array,
  codes: string | readonly string[],
  names?: BadInput['names'],
  says?: RegExp,
): BadInput {
  return {
    title: `tflite: ${title}`,
    files: { 'model.tflite': spec instanceof Uint8Array ? spec : tfliteModel(spec) },
    model: 'model.tflite',
    codes: [codes].flat(),
    ...(names && { names }),
    ...(says && { says }),
  };
}

const withTensor = (name: string, spec: Partial<TensorSpec>): ModelSpec => ({
  ...layer,
  tensors: { ...tensors, [name]: { ...(tensors[name] as TensorSpec), ...spec } },
});

export const tfliteInputs: readonly BadInput[] = [
  tflite('an empty file', new Uint8Array(), 'MODEL_EMPTY', 'offset'),
  tflite('zeros', new Uint8Array(64), 'MODEL_DECODE', 'offset'),
  tflite('a file cut off', soundTflite.slice(0, soundTflite.length / 2), 'MODEL_DECODE', 'offset'),
  tflite('another schema version', { ...layer, version: 2 }, 'MODEL_DECODE'),
  tflite(
    'a tensor index out of range',
    { ...layer, operators: [{ ...operator, inputs: ['x', 99, 'b'] }] },
    'TENSOR_INDEX',
    'offset',
  ),
  tflite(
    'a custom operator',
    { ...layer, operators: [{ op: 'CUSTOM', custom: 'MyOp', inputs: ['x'], outputs: ['y'] }] },
    'OP_UNSUPPORTED',
    'node',
    /MyOp/,
  ),
  tflite(
    'an operator that is not supported',
    { ...layer, operators: [{ op: 'LSTM', inputs: ['x'], outputs: ['y'] }] },
    'OP_UNSUPPORTED',
    'node',
    /LSTM/,
  ),
  tflite(
    'an operator code that nobody knows',
    { ...layer, operators: [{ op: 9999, inputs: ['x'], outputs: ['y'] }] },
    'OP_UNSUPPORTED',
    'node',
    /9999/,
  ),
  tflite(
    'control flow',
    { ...layer, operators: [{ op: 'WHILE', inputs: ['x'], outputs: ['y'] }] },
    'SUBGRAPH_UNSUPPORTED',
    'node',
  ),
  tflite(
    'an operator without its options',
    { ...layer, operators: [{ op: 'CONV_2D', inputs: ['x', 'w', 'b'], outputs: ['y'] }] },
    ['ATTRIBUTE_UNSUPPORTED', 'MODEL_SHAPE', 'MODEL_DECODE'],
    'node',
  ),
  tflite(
    'a stride of zero',
    { ...layer, operators: [{ ...operator, options: options.conv2d({ strides: [0, 0] }) }] },
    ['ATTRIBUTE_UNSUPPORTED', 'MODEL_SHAPE'],
    'node',
  ),
  tflite('an output shape that is wrong', withTensor('y', { shape: [1, 5, 5, 4] }), 'MODEL_SHAPE', 'node'),
  tflite(
    'weights for other channels',
    withTensor('w', { shape: [4, 3, 3, 2], data: new Int8Array(72) }),
    'MODEL_SHAPE',
    'node',
  ),
  tflite(
    'fewer weights than the shape says',
    withTensor('w', { data: new Int8Array(10) }),
    'TENSOR_INVALID',
    'tensor',
  ),
  tflite('a scale of zero', withTensor('w', { scale: 0 }), 'QUANTIZATION_INVALID', 'tensor'),
  tflite('a scale that is not a number', withTensor('y', { scale: NaN }), 'QUANTIZATION_INVALID', 'tensor'),
  tflite('an infinite scale', withTensor('x', { scale: Infinity }), 'QUANTIZATION_INVALID', 'tensor'),
  tflite(
    'a zero point outside the type',
    withTensor('x', { zeroPoint: 1000 }),
    'QUANTIZATION_INVALID',
    'tensor',
  ),
  tflite(
    'as many scales as nothing has',
    withTensor('w', { scale: [1, 2, 3], axis: 0 }),
    'QUANTIZATION_INVALID',
    'tensor',
  ),
  tflite('no quantization on integers', withTensor('y', { scale: [] }), [
    'QUANTIZATION_INVALID',
    'FEATURE_UNSUPPORTED',
  ]),
  tflite(
    'dimensions without values',
    withTensor('x', { shape: [-1, 8, 8, 3] }),
    'INPUT_SHAPE_UNKNOWN',
    'tensor',
    /inputShapes/,
  ),
  tflite(
    'an element type that is not supported',
    withTensor('x', { type: 'string' }),
    'DTYPE_UNSUPPORTED',
    'tensor',
  ),
  tflite('a variable', withTensor('w', { isVariable: true }), 'TENSOR_VARIABLE', 'tensor'),
  tflite('a sparse tensor', withTensor('w', { sparse: true }), 'TENSOR_SPARSE', 'tensor'),
  tflite(
    'an operator before its input',
    { ...layer, operators: [operator], inputs: [] },
    'INPUT_UNDEFINED',
    'node',
  ),
  tflite(
    'a tensor of 2^40 elements',
    {
      tensors: { x: { shape: [2 ** 20, 2 ** 20] }, y: { shape: [2 ** 20, 2 ** 20] } },
      operators: [{ op: 'RELU', inputs: ['x'], outputs: ['y'] }],
      inputs: ['x'],
      outputs: ['y'],
    },
    ['MEMORY_EXCEEDED', 'TENSOR_INVALID', 'MODEL_SHAPE', 'TENSOR_TOO_LARGE'],
  ),
];

const sound = { 'model.onnx': soundOnnx };

function config(
  title: string,
  text: string,
  codes: string,
  names?: BadInput['names'],
  says?: RegExp,
): BadInput {
  return {
    title: `configuration: ${title}`,
    files: { ...sound, 'package.json': '{}', 'match.config.mjs': text },
    codes: [codes],
    ...(names && { names }),
    ...(says && { says }),
  };
}

const plugin = (body: string): string => `export default { models: ['model.onnx'], plugins: [${body}] };`;

export const projectInputs: readonly BadInput[] = [
  {
    title: 'a model that is not there',
    files: {},
    model: 'model.onnx',
    codes: ['MODEL_MISSING'],
    names: 'file',
  },
  {
    title: 'a folder in place of a model',
    files: { 'model.onnx/x': '' },
    model: 'model.onnx',
    codes: ['MODEL_NOT_A_FILE'],
    names: 'file',
  },
  {
    title: 'a file of an unknown format',
    files: { 'model.h5': 'HDF' },
    model: 'model.h5',
    codes: ['MODEL_FORMAT_UNKNOWN'],
    names: 'file',
  },
  { title: 'no model at all', files: {}, codes: ['CONFIG_NO_MODEL'] },
  config('an unknown key', `export default { modles: [] };`, 'CONFIG_UNKNOWN_KEY', 'file', /models/),
  config('a value of the wrong type', `export default { models: 'model.onnx' };`, 'CONFIG_INVALID', 'file'),
  config(
    'a dialect that is not there',
    `export default { models: [{ file: 'model.onnx', dialect: 'foat' }] };`,
    'DIALECT_UNKNOWN',
    'file',
    /float/,
  ),
  config(
    'an output that is not there',
    `export default { models: [{ file: 'model.onnx', outputs: ['z'] }] };`,
    'TENSOR_UNKNOWN',
    'tensor',
  ),
  config(
    'a shape for an input that is not there',
    `export default { models: [{ file: 'model.onnx', inputShapes: { xx: [1] } }] };`,
    'TENSOR_UNKNOWN',
    'tensor',
  ),
  config(
    'a shape against the model',
    `export default { models: [{ file: 'model.onnx', inputShapes: { x: [1, 3, 9, 9] } }] };`,
    'INPUT_SHAPE_MISMATCH',
    'tensor',
  ),
  config(
    'a plugin that throws',
    plugin(`{ name: 'bad', transform() { throw new Error('boom'); } }`),
    'PLUGIN_FAILED',
    'plugin',
    /boom/,
  ),
  config(
    'a plugin that rejects',
    plugin(`{ name: 'bad', async emit() { throw 'boom'; } }`),
    'PLUGIN_FAILED',
    'plugin',
    /boom/,
  ),
  config(
    'a plugin that breaks the graph',
    plugin(
      `{ name: 'bad', transform: (graph) => Object.assign(Object.create(Object.getPrototypeOf(graph)), {}) }`,
    ),
    'PLUGIN_FAILED',
    'plugin',
  ),
  config(
    'a plugin that emits outside the folder',
    plugin(`{ name: 'bad', emit: (bundle) => bundle.withFile({ path: '../evil.c', content: '' }) }`),
    'PLUGIN_FAILED',
    'plugin',
    /evil/,
  ),
  config('two plugins of one name', plugin(`{ name: 'a' }, { name: 'a' }`), 'PLUGIN_DUPLICATE', 'plugin'),
  config(
    'plugins that each want to be first',
    plugin(
      `{ name: 'a', transform: { before: 'b', handler() {} } }, { name: 'b', transform: { before: 'a', handler() {} } }`,
    ),
    'PLUGIN_ORDER',
    'plugin',
  ),
  config(
    'a plugin before one that is not there',
    plugin(`{ name: 'a', transform: { before: 'c', handler() {} } }`),
    'PLUGIN_BEFORE_UNKNOWN',
    'plugin',
  ),
  config(
    'a target without memory enough',
    `import { hostTarget } from 'match-compiler/plugins/host'; export default { models: ['model.onnx'], targets: [{ name: 'tiny', target: { ...hostTarget({ ram: 64 }), name: 'tiny' } }] };`,
    'MEMORY_EXCEEDED',
    undefined,
    /64/,
  ),
  {
    title: 'an output folder that is a file',
    files: { ...sound, 'match-out': 'mine' },
    model: 'model.onnx',
    codes: ['OUTPUT_NOT_A_FOLDER'],
    names: 'file',
  },
  {
    title: "an output folder with somebody's files",
    files: { ...sound, 'match-out/thesis.tex': 'mine' },
    model: 'model.onnx',
    codes: ['OUTPUT_NOT_OURS'],
    names: 'file',
    says: /thesis\.tex/,
  },
];
