import test from 'ava';
import type { ImportOptions } from 'match-compiler';
import {
  options,
  tfliteModel,
  type ModelSpec,
  type OperatorSpec,
  type TensorSpec,
} from '../support/tflite-model.ts';
import { diagnosticOf } from './import-model.ts';

/** Models that cannot be imported: each ends in an error with a code, the operator or tensor, and the place in the file. */

const x: TensorSpec = { shape: [1, 4, 4, 2] };
const q: TensorSpec = { type: 'int8', shape: [1, 4, 4, 2], scale: 0.5, zeroPoint: 0 };

function unary(
  op: OperatorSpec['op'],
  input: TensorSpec = x,
  rest: Partial<OperatorSpec> = {},
  output = input,
): ModelSpec {
  return {
    tensors: { x: input, y: output },
    operators: [{ op, inputs: ['x'], outputs: ['y'], ...rest }],
    inputs: ['x'],
    outputs: ['y'],
  };
}

const weights: TensorSpec = {
  type: 'int8',
  shape: [2, 1, 1, 2],
  data: [1, 2, 3, 4],
  scale: 0.5,
  zeroPoint: 0,
};

function conv(
  change: Partial<Record<'x' | 'w' | 'b' | 'y', TensorSpec>>,
  rest: Partial<OperatorSpec> = {},
): ModelSpec {
  return {
    tensors: { x: q, w: weights, y: q, b: { type: 'int32', shape: [2], data: [0, 0] }, ...change },
    operators: [
      {
        op: 'CONV_2D',
        version: 3,
        inputs: ['x', 'w', 'b'],
        outputs: ['y'],
        options: options.conv2d(),
        ...rest,
      },
    ],
    inputs: ['x'],
    outputs: ['y'],
  };
}

interface Case {
  readonly code: string;
  readonly model: ModelSpec;
  /** Part of the message. */
  readonly says?: string;
  readonly options?: ImportOptions;
}

const cases: Readonly<Record<string, Case>> = {
  'an unknown operator': { code: 'OP_UNSUPPORTED', model: unary('LSTM'), says: 'builtin code 16' },
  'an operator newer than the schema': { code: 'OP_UNSUPPORTED', model: unary(9999), says: 'BUILTIN_9999' },
  'a custom operator': {
    code: 'OP_UNSUPPORTED',
    model: unary('CUSTOM', x, { custom: 'Mystery' }),
    says: "'Mystery'",
  },
  'a flex operator': {
    code: 'OP_UNSUPPORTED',
    model: unary('CUSTOM', x, { custom: 'FlexErf' }),
    says: 'flex',
  },
  'control flow': { code: 'SUBGRAPH_UNSUPPORTED', model: unary('WHILE'), says: 'another subgraph' },
  'a sparse tensor': { code: 'TENSOR_SPARSE', model: unary('RELU', { ...x, sparse: true }) },
  'a variable': { code: 'TENSOR_VARIABLE', model: unary('RELU', { ...x, isVariable: true }) },
  strings: { code: 'DTYPE_UNSUPPORTED', model: unary('RELU', { ...x, type: 'string' }), says: 'STRING' },
  'an element type of the future': {
    code: 'DTYPE_UNSUPPORTED',
    model: unary('RELU', { ...x, typeNumber: 99 }),
    says: '99',
  },
  'activations of float16': {
    code: 'DTYPE_UNSUPPORTED',
    model: unary('RELU', { ...x, type: 'float16' }),
    says: 'float16',
  },
  'a scale of 0': {
    code: 'QUANTIZATION_INVALID',
    model: unary('RELU', { ...q, scale: 0 }),
    says: 'the scale 0',
  },
  'a negative scale': {
    code: 'QUANTIZATION_INVALID',
    model: unary('RELU', { ...q, scale: -1 }),
    says: 'the scale -1',
  },
  'a scale that is no number': {
    code: 'QUANTIZATION_INVALID',
    model: unary('RELU', { ...q, scale: NaN }),
    says: 'NaN',
  },
  'an infinite scale': {
    code: 'QUANTIZATION_INVALID',
    model: unary('RELU', { ...q, scale: Infinity }),
    says: 'Infinity',
  },
  'a zero point outside the type': {
    code: 'QUANTIZATION_INVALID',
    model: unary('RELU', { ...q, zeroPoint: 200 }),
    says: '200',
  },
  'more zero points than scales': {
    code: 'QUANTIZATION_INVALID',
    model: unary('RELU', { ...q, zeroPoint: [0, 0, 0] }),
  },
  'scales that do not fit their axis': {
    code: 'QUANTIZATION_INVALID',
    model: unary('RELU', { ...q, scale: [1, 2, 3], axis: 1 }),
  },
  'a custom quantization': {
    code: 'QUANTIZATION_INVALID',
    model: unary('RELU', { ...q, customQuantization: true }),
    says: 'custom',
  },
  'an activation quantized per channel': {
    code: 'QUANTIZATION_INVALID',
    model: unary('RELU', { ...q, scale: [1, 2], zeroPoint: [0, 0], axis: 3 }),
    says: 'per channel',
  },
  'weights quantized along another axis': {
    code: 'QUANTIZATION_INVALID',
    model: conv({ w: { ...weights, scale: [1, 1], zeroPoint: [0, 0], axis: 3 } }),
    says: 'axis 3 instead of 0',
  },
  'weights with a zero point': {
    code: 'QUANTIZATION_INVALID',
    model: conv({ w: { ...weights, zeroPoint: 3 } }),
    says: 'zero point 3',
  },
  'weights without a scale': {
    code: 'QUANTIZATION_INVALID',
    model: conv({ w: { type: 'int8', shape: [2, 1, 1, 2], data: [1, 2, 3, 4] } }),
    says: 'no scale',
  },
  'a quantized output without a scale': {
    code: 'QUANTIZATION_INVALID',
    model: conv({ y: { type: 'int8', shape: [1, 4, 4, 2] } }),
  },
  'scales too far apart': {
    code: 'REQUANTIZE_SCALE',
    model: conv({ x: { ...q, scale: 1e20 } }),
    says: 'too large',
  },
  'a negative dimension': { code: 'TENSOR_INVALID', model: unary('RELU', { shape: [1, -3] }), says: '-3' },
  'a dimension of 0': { code: 'TENSOR_INVALID', model: unary('RELU', { shape: [1, 0] }), says: '[1, 0]' },
  'more elements than an address reaches': {
    code: 'TENSOR_INVALID',
    model: unary('RELU', { shape: [65536, 65536, 65536] }),
    says: 'limit',
  },
  'a constant with too few bytes': {
    code: 'TENSOR_INVALID',
    model: conv({ w: { ...weights, data: [1, 2, 3] } }),
    says: 'needs 4 bytes of data, its buffer has 3',
  },
  'a constant with too many bytes': {
    code: 'TENSOR_INVALID',
    model: conv({ w: { ...weights, data: [1, 2, 3, 4, 5] } }),
  },
  'a constant of absurd size': {
    code: 'TENSOR_INVALID',
    model: conv({ w: { ...weights, shape: [2, 40000, 40000, 2] } }),
    says: 'limit',
  },
  'weights without data': {
    code: 'CONSTANT_REQUIRED',
    model: conv({ w: { type: 'int8', shape: [2, 1, 1, 2], scale: 0.5 } }),
    says: 'weights',
  },
  'a buffer that is not there': {
    code: 'CONSTANT_REQUIRED',
    model: conv({ w: { type: 'int8', shape: [2, 1, 1, 2], scale: 0.5, buffer: 77 } }),
  },
  'an input that nothing makes': {
    code: 'INPUT_UNDEFINED',
    model: { ...unary('RELU'), inputs: [] },
    says: "reads 'x'",
  },
  'operators out of order': {
    code: 'INPUT_UNDEFINED',
    model: {
      tensors: { x, a: x, y: x },
      operators: [
        { op: 'EXP', inputs: ['a'], outputs: ['y'] },
        { op: 'EXP', inputs: ['x'], outputs: ['a'] },
      ],
      inputs: ['x'],
      outputs: ['y'],
    },
  },
  'a tensor made twice': {
    code: 'OUTPUT_TWICE',
    model: {
      tensors: { x, y: x },
      operators: [
        { op: 'EXP', inputs: ['x'], outputs: ['y'] },
        { op: 'RELU', inputs: ['x'], outputs: ['y'] },
      ],
      inputs: ['x'],
      outputs: ['y'],
    },
  },
  'an output that nothing makes': { code: 'OUTPUT_UNDEFINED', model: { ...unary('RELU'), operators: [] } },
  'no outputs': { code: 'MODEL_NO_OUTPUTS', model: { ...unary('RELU'), outputs: [] } },
  'an input index out of range': {
    code: 'TENSOR_INDEX',
    model: { ...unary('RELU'), operators: [{ op: 'RELU', inputs: [5], outputs: ['y'] }] },
    says: 'tensor 5 of 2',
  },
  'an output index out of range': {
    code: 'TENSOR_INDEX',
    model: { ...unary('RELU'), operators: [{ op: 'RELU', inputs: ['x'], outputs: [9] }] },
  },
  'an index of the model out of range': { code: 'TENSOR_INDEX', model: { ...unary('RELU'), outputs: [-3] } },
  'too few inputs': {
    code: 'INPUT_MISSING',
    model: { ...unary('RELU'), operators: [{ op: 'ADD', inputs: ['x'], outputs: ['y'] }] },
    says: 'input 2',
  },
  'a stride of 0': {
    code: 'ATTRIBUTE_UNSUPPORTED',
    model: conv({}, { options: options.conv2d({ strides: [0, 1] }) }),
    says: 'strides',
  },
  'no options where they are needed': { code: 'ATTRIBUTE_UNSUPPORTED', model: unary('MAX_POOL_2D') },
  'options of another operator': {
    code: 'ATTRIBUTE_UNSUPPORTED',
    model: conv({}, { options: options.softmax() }),
  },
  'a fused tanh': {
    code: 'ATTRIBUTE_UNSUPPORTED',
    model: conv({}, { options: options.conv2d({ activation: 'TANH' }) }),
    says: 'TANH',
  },
  'a symmetric mirror that is wider than the tensor': {
    code: 'MODEL_SHAPE',
    model: {
      tensors: { x: { shape: [2] }, p: { type: 'int32', shape: [1, 2], data: [3, 1] }, y: { shape: [6] } },
      operators: [{ op: 'MIRROR_PAD', inputs: ['x', 'p'], outputs: ['y'], options: options.mirrorPad(true) }],
      inputs: ['x'],
      outputs: ['y'],
    },
    says: 'symmetric',
  },
  'channels that do not fit': {
    code: 'MODEL_SHAPE',
    model: conv({ w: { ...weights, shape: [1, 1, 1, 4] } }),
  },
  'a kernel larger than the image': {
    code: 'MODEL_SHAPE',
    model: unary('MAX_POOL_2D', x, { options: options.pool({ kernel: [9, 9] }) }),
  },
  'an output of another shape': {
    code: 'MODEL_SHAPE',
    model: unary('RELU', x, {}, { shape: [1, 4, 4, 3] }),
    says: '[1,4,4,3]',
  },
  'an output of another type': { code: 'MODEL_SHAPE', model: unary('RELU', x, {}, { ...x, type: 'int32' }) },
  'operands that do not broadcast': {
    code: 'MODEL_SHAPE',
    model: {
      tensors: { a: { shape: [2] }, b: { shape: [3] }, y: { shape: [3] } },
      operators: [{ op: 'ADD', inputs: ['a', 'b'], outputs: ['y'], options: options.add() }],
      inputs: ['a', 'b'],
      outputs: ['y'],
    },
  },
  'a float bias on integers': {
    code: 'FEATURE_UNSUPPORTED',
    model: conv({ b: { shape: [2], data: [0, 0] } }),
    says: 'bias',
  },
  'shuffled weights': {
    code: 'FEATURE_UNSUPPORTED',
    model: {
      tensors: { x: { shape: [1, 2] }, w: { shape: [1, 2], data: [1, 2] }, y: { shape: [1, 1] } },
      operators: [
        {
          op: 'FULLY_CONNECTED',
          inputs: ['x', 'w'],
          outputs: ['y'],
          options: options.fullyConnected({ shuffled: true }),
        },
      ],
      inputs: ['x'],
      outputs: ['y'],
    },
  },
  'an index beyond the axis': {
    code: 'ATTRIBUTE_UNSUPPORTED',
    model: {
      tensors: { x: { shape: [2] }, i: { type: 'int32', shape: [1], data: [2] }, y: { shape: [1] } },
      operators: [{ op: 'GATHER', inputs: ['x', 'i'], outputs: ['y'], options: options.gather(0) }],
      inputs: ['x'],
      outputs: ['y'],
    },
  },
  'an open dimension': {
    code: 'INPUT_SHAPE_UNKNOWN',
    model: unary('RELU', { shape: [1, 1], signature: [-1, -1] }),
    says: '[?, ?]',
  },
  'a given shape that does not fit': {
    code: 'INPUT_SHAPE_MISMATCH',
    model: unary('RELU', { shape: [1, 4], signature: [-1, 4] }),
    options: { inputShapes: { x: [1, 5] } },
  },
  'a shape for an input that is not there': {
    code: 'TENSOR_UNKNOWN',
    model: unary('RELU'),
    options: { inputShapes: { z: [1] } },
  },
  'an output that is not there': {
    code: 'TENSOR_UNKNOWN',
    model: unary('RELU'),
    options: { outputs: ['z'] },
  },
  'a rounding without scales': {
    code: 'IMPORT_OPTION_UNSUPPORTED',
    model: unary('RELU'),
    options: { rounding: 'plinio-int' },
  },
  'a dialect': { code: 'IMPORT_OPTION_UNSUPPORTED', model: unary('RELU'), options: { dialect: 'qdq' } },
};

/** What the user asked for, or named, has no place in the file. */
const placeless = new Set(['TENSOR_UNKNOWN', 'IMPORT_OPTION_UNSUPPORTED', 'REQUANTIZE_SCALE']);

for (const [name, { code, model, says, options: importOptions }] of Object.entries(cases)) {
  test(`${name} is refused with ${code}`, (t) => {
    const diagnostic = diagnosticOf(tfliteModel(model), importOptions);
    t.is(diagnostic.code, code, diagnostic.message);
    if (says) t.true(diagnostic.message.includes(says), diagnostic.message);
    t.is(diagnostic.loc?.file, 'model.tflite');
    if (!placeless.has(code)) t.is(typeof diagnostic.loc?.offset, 'number');
  });
}

test('an error in an operator names it by its output', (t) => {
  const { loc } = diagnosticOf(tfliteModel(conv({}, { options: options.conv2d({ activation: 'TANH' }) })));
  t.like(loc, { node: 'y', op: 'CONV_2D' });
});
