import {
  options,
  tfliteModel,
  type ModelSpec,
  type OperatorSpec,
  type TensorSpec,
} from '../support/tflite-model.ts';
import { badModel, type BadInput } from './bad-input.ts';

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
  model: ModelSpec | Uint8Array,
  ...expected: [code: string, names?: BadInput['names'], says?: RegExp]
): BadInput {
  return badModel('tflite', title, model instanceof Uint8Array ? model : tfliteModel(model), ...expected);
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
    'ATTRIBUTE_UNSUPPORTED',
    'node',
  ),
  tflite(
    'a stride of zero',
    { ...layer, operators: [{ ...operator, options: options.conv2d({ strides: [0, 0] }) }] },
    'ATTRIBUTE_UNSUPPORTED',
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
  tflite('no quantization on integers', withTensor('y', { scale: [] }), 'QUANTIZATION_INVALID'),
  tflite(
    'dimensions without values',
    withTensor('x', { shape: [1, -1, 8, 3] }),
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
    'TENSOR_INVALID',
  ),
];
