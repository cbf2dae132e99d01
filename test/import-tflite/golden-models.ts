import {
  options,
  tfliteModel,
  type ModelSpec,
  type OperatorSpec,
  type TensorSpec,
} from '../support/tflite-model.ts';

/**
 * One operator each, with inputs that meet ties and limits. Their outputs, in golden-outputs.ts, were computed by
 * TFLite itself (ai-edge-litert 2.3.0, reference kernels).
 */
export interface GoldenModel {
  readonly bytes: Uint8Array;
  /** In the order of the model's inputs. */
  readonly inputs: readonly (readonly number[])[];
}

const count = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** Values spread over the whole range of a type, the same every time. */
function spread(length: number, low: number, high: number, seed: number): number[] {
  return Array.from({ length }, (_, i) => low + (((i + 1) * 7919 * seed) % (high - low + 1)));
}

const int8 = (shape: readonly number[], scale: number, zeroPoint: number): TensorSpec => ({
  type: 'int8',
  shape,
  scale: Math.fround(scale),
  zeroPoint,
});
const uint8 = (shape: readonly number[], scale: number, zeroPoint: number): TensorSpec => ({
  ...int8(shape, scale, zeroPoint),
  type: 'uint8',
});
const int16 = (shape: readonly number[], scale: number): TensorSpec => ({
  ...int8(shape, scale, 0),
  type: 'int16',
});
const axes = (values: readonly number[]): TensorSpec => ({
  type: 'int32',
  shape: [values.length],
  data: values,
});

const ranges = { int8: [-128, 127], uint8: [0, 255], int16: [-32768, 32767] } as const;

function golden(spec: ModelSpec): GoldenModel {
  const inputs = spec.inputs.map((key, i) => {
    const { type = 'float32', shape } = spec.tensors[key] ?? { shape: [] };
    if (type === 'float32') return spread(count(shape), -400, 400, i + 3).map((value) => value / 64);
    const [low, high] = ranges[type as keyof typeof ranges];
    return spread(count(shape), low, high, i + 3);
  });
  return { bytes: tfliteModel(spec), inputs };
}

/** An operator whose inputs and outputs are the tensors x, y, … of the model. */
function one(
  tensors: Readonly<Record<string, TensorSpec>>,
  op: OperatorSpec['op'],
  inputs: readonly string[],
  rest: Partial<OperatorSpec> = {},
): GoldenModel {
  const activations = inputs.filter((key) => key !== '' && !tensors[key]?.data);
  return golden({
    tensors,
    operators: [{ op, inputs, outputs: ['out'], ...rest }],
    inputs: activations,
    outputs: ['out'],
  });
}

const row = [1, 32];
const image = [1, 4, 4, 6];

/** Two operands on one scale, and an output on twice that scale: every odd sum is a tie. */
const ties = { a: int8(row, 0.05, 3), b: int8(row, 0.05, -7), out: int8(row, 0.1, 5) };
const pair = { a: int8(row, 0.031, 3), b: int8(row, 0.077, -7), out: int8(row, 0.09, 5) };
const map = (output: TensorSpec): Record<string, TensorSpec> => ({
  x: int8([1, 64], 0.063, 17),
  out: output,
});

const weights = (shape: readonly number[], scale: number | readonly number[], axis = 0): TensorSpec => ({
  type: 'int8',
  shape,
  data: spread(count(shape), -127, 127, 5),
  scale: Array.isArray(scale) ? scale.map(Math.fround) : Math.fround(scale as number),
  axis,
});
const bias = (length: number, type: 'int32' | 'int64' = 'int32'): TensorSpec => ({
  type,
  shape: [length],
  data: spread(length, -2000, 2000, 11),
});

export const goldenModels: Readonly<Record<string, GoldenModel>> = {
  add: one(pair, 'ADD', ['a', 'b'], { options: options.add() }),
  'add ties': one(ties, 'ADD', ['a', 'b'], { options: options.add() }),
  'add relu6 uint8': one(
    { a: uint8(row, 0.03, 3), b: uint8(row, 0.05, 130), out: uint8(row, 0.04, 60) },
    'ADD',
    ['a', 'b'],
    { options: options.add('RELU6') },
  ),
  'add int16': one(
    { a: int16(row, 0.0011), b: int16(row, 0.0023), out: int16(row, 0.003) },
    'ADD',
    ['a', 'b'],
    {
      options: options.add(),
    },
  ),
  sub: one(pair, 'SUB', ['a', 'b'], { options: options.sub() }),
  'sub ties': one(ties, 'SUB', ['a', 'b'], { options: options.sub() }),
  'sub relu': one(pair, 'SUB', ['a', 'b'], { options: options.sub('RELU') }),
  mul: one(pair, 'MUL', ['a', 'b'], { options: options.mul('RELU_N1_TO_1') }),
  'mul uint8': one(
    { a: uint8(row, 0.03, 17), b: uint8(row, 0.086, 57), out: uint8(row, 0.09, 200) },
    'MUL',
    ['a', 'b'],
    { options: options.mul() },
  ),
  relu: one(map(int8([1, 64], 0.1, -20)), 'RELU', ['x']),
  'relu6 on one scale': one({ x: int8([1, 64], 0.063, 17), out: int8([1, 64], 0.063, 17) }, 'RELU6', ['x']),
  relu_n1_to_1: one(map(int8([1, 64], 0.02, 0)), 'RELU_N1_TO_1', ['x']),
  logistic: one(map(int8([1, 64], 1 / 256, -128)), 'LOGISTIC', ['x']),
  tanh: one(map(int8([1, 64], 1 / 128, 0)), 'TANH', ['x']),
  hard_swish: one(map(int8([1, 64], 0.05, -100)), 'HARD_SWISH', ['x']),
  leaky_relu: one(map(int8([1, 64], 0.12, 7)), 'LEAKY_RELU', ['x'], { options: options.leakyRelu(0.5) }),
  'quantize int8': one(map(int8([1, 64], 0.126, 7)), 'QUANTIZE', ['x']),
  'quantize int16 to int8': one({ x: int16([1, 64], 0.0005), out: int8([1, 64], 0.15, 9) }, 'QUANTIZE', [
    'x',
  ]),
  dequantize: one({ x: int8(row, 0.063, 17), out: { shape: row } }, 'DEQUANTIZE', ['x']),
  'mean of an image, kept': one(
    { x: int8(image, 0.05, -9), axes: axes([1, 2]), out: int8([1, 1, 1, 6], 0.04, 3) },
    'MEAN',
    ['x', 'axes'],
    {
      options: options.reducer(true),
    },
  ),
  'mean of an image': one(
    { x: int8(image, 0.05, -9), axes: axes([1, 2]), out: int8([1, 6], 0.04, 3) },
    'MEAN',
    ['x', 'axes'],
    {
      options: options.reducer(false),
    },
  ),
  'mean of channels': one(
    { x: int8(image, 0.05, -9), axes: axes([3]), out: int8([1, 4, 4], 0.04, 3) },
    'MEAN',
    ['x', 'axes'],
    {
      options: options.reducer(false),
    },
  ),
  'average pool': one(
    { x: int8(image, 0.05, -9), out: int8([1, 2, 2, 6], 0.05, -9) },
    'AVERAGE_POOL_2D',
    ['x'],
    {
      options: options.pool({ kernel: [3, 3], strides: [2, 2], padding: 'SAME', activation: 'RELU' }),
    },
  ),
  'max pool': one({ x: int8(image, 0.05, -9), out: int8([1, 2, 2, 6], 0.05, -9) }, 'MAX_POOL_2D', ['x'], {
    options: options.pool({ kernel: [2, 2], strides: [2, 2], activation: 'RELU6' }),
  }),
  'conv of groups': one(
    {
      x: int8(image, 0.05, -9),
      w: weights([4, 3, 2, 3], [0.01, 0.02, 0.003, 0.007]),
      b: bias(4),
      out: int8([1, 2, 4, 4], 0.9, 3),
    },
    'CONV_2D',
    ['x', 'w', 'b'],
    { options: options.conv2d({ strides: [2, 1], padding: 'SAME', activation: 'RELU6' }), version: 3 },
  ),
  depthwise: one(
    {
      x: int8(image, 0.05, -9),
      w: weights(
        [1, 3, 3, 12],
        Array.from({ length: 12 }, (_, i) => 0.002 + i / 700),
        3,
      ),
      b: bias(12),
      out: int8([1, 4, 4, 12], 0.4, -30),
    },
    'DEPTHWISE_CONV_2D',
    ['x', 'w', 'b'],
    { options: options.depthwise({ padding: 'SAME', multiplier: 2 }), version: 3 },
  ),
  'conv int16': one(
    {
      x: int16(image, 0.0005),
      w: weights([3, 2, 2, 6], [0.01, 0.02, 0.003]),
      b: bias(3, 'int64'),
      out: int16([1, 3, 3, 3], 0.004),
    },
    'CONV_2D',
    ['x', 'w', 'b'],
    { options: options.conv2d(), version: 3 },
  ),
  'dense on 8-bit weights': one(
    {
      x: { shape: [3, 12] },
      w: weights([4, 12], 0.013),
      b: { shape: [4], data: [1, -2, 0.5, 0] },
      out: { shape: [3, 4] },
    },
    'FULLY_CONNECTED',
    ['x', 'w', 'b'],
    { options: options.fullyConnected({ activation: 'RELU' }), version: 3 },
  ),
  'conv on 8-bit weights': one(
    {
      x: { shape: image },
      w: weights([2, 3, 3, 6], 0.013),
      b: { shape: [2], data: [1, -2] },
      out: { shape: [1, 4, 4, 2] },
    },
    'CONV_2D',
    ['x', 'w', 'b'],
    { options: options.conv2d({ padding: 'SAME' }), version: 2 },
  ),
  'softmax float': one({ x: { shape: [2, 5] }, out: { shape: [2, 5] } }, 'SOFTMAX', ['x'], {
    options: options.softmax(0.7),
  }),
  'resize, half pixels': one(
    { x: { shape: [1, 3, 4, 1] }, size: axes([5, 3]), out: { shape: [1, 5, 3, 1] } },
    'RESIZE_NEAREST_NEIGHBOR',
    ['x', 'size'],
    { options: options.resizeNearest(false, true), version: 3 },
  ),
  'strided slice': one(
    {
      x: { shape: [4, 7, 9] },
      b: axes([-1, 1, 8]),
      e: axes([0, 100, 0]),
      s: axes([1, 2, -3]),
      out: { shape: [3, 3] },
    },
    'STRIDED_SLICE',
    ['x', 'b', 'e', 's'],
    { options: options.stridedSlice({ shrink: 1 }) },
  ),
};
