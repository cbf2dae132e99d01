import { Builder, type Offset } from 'flatbuffers';

/**
 * Builds TFLite files for tests: any tensor, operator and option, sound or broken. Numbers are those of the TFLite
 * schema, version 3.
 */

const tensorTypes = {
  float32: 0,
  float16: 1,
  int32: 2,
  uint8: 3,
  int64: 4,
  string: 5,
  bool: 6,
  int16: 7,
  int8: 9,
  float64: 10,
  int4: 17,
} as const;

/** Builtin operator codes that tests use. */
export const builtin = {
  ADD: 0,
  AVERAGE_POOL_2D: 1,
  CONCATENATION: 2,
  CONV_2D: 3,
  DEPTHWISE_CONV_2D: 4,
  DEQUANTIZE: 6,
  FULLY_CONNECTED: 9,
  LOGISTIC: 14,
  LSTM: 16,
  MAX_POOL_2D: 17,
  MUL: 18,
  RELU: 19,
  RELU_N1_TO_1: 20,
  RELU6: 21,
  RESHAPE: 22,
  SOFTMAX: 25,
  TANH: 28,
  CUSTOM: 32,
  PAD: 34,
  GATHER: 36,
  TRANSPOSE: 39,
  MEAN: 40,
  SUB: 41,
  DIV: 42,
  SQUEEZE: 43,
  STRIDED_SLICE: 45,
  EXP: 47,
  SPLIT: 49,
  CAST: 53,
  PRELU: 54,
  MAXIMUM: 55,
  MINIMUM: 57,
  LESS: 58,
  PADV2: 60,
  SELECT: 64,
  SLICE: 65,
  TILE: 69,
  EXPAND_DIMS: 70,
  EQUAL: 71,
  NOT_EQUAL: 72,
  SUM: 74,
  SHAPE: 77,
  REDUCE_PROD: 81,
  REDUCE_MAX: 82,
  PACK: 83,
  ONE_HOT: 85,
  LOGICAL_AND: 86,
  LOGICAL_NOT: 87,
  UNPACK: 88,
  REDUCE_MIN: 89,
  FLOOR_DIV: 90,
  REDUCE_ANY: 91,
  FILL: 94,
  FLOOR_MOD: 95,
  RESIZE_NEAREST_NEIGHBOR: 97,
  LEAKY_RELU: 98,
  MIRROR_PAD: 100,
  SPLIT_V: 102,
  GATHER_ND: 107,
  RANK: 110,
  ELU: 111,
  QUANTIZE: 114,
  HARD_SWISH: 117,
  IF: 118,
  WHILE: 119,
  BATCH_MATMUL: 126,
  BROADCAST_TO: 130,
  GELU: 150,
  SIGN: 158,
} as const;

export type BuiltinName = keyof typeof builtin;

export const activation = { NONE: 0, RELU: 1, RELU_N1_TO_1: 2, RELU6: 3, TANH: 4 } as const;
export const padding = { SAME: 0, VALID: 1 } as const;

type Numbers = readonly number[] | Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array;

export interface TensorSpec {
  readonly shape: readonly number[];
  /** float32 when absent. */
  readonly type?: keyof typeof tensorTypes;
  /** Elements, or the bytes themselves; a tensor without is an activation. */
  readonly data?: Numbers | { readonly bytes: Uint8Array };
  readonly scale?: number | readonly number[];
  readonly zeroPoint?: number | readonly number[];
  /** Axis of several scales. */
  readonly axis?: number;
  readonly signature?: readonly number[];
  /** What the file calls it; its key when absent. */
  readonly name?: string;
  readonly isVariable?: boolean;
  readonly sparse?: boolean;
  /** Index of a buffer, whatever it has; overrules `data`. */
  readonly buffer?: number;
  /** Number of the element type, for those that no name stands for. */
  readonly typeNumber?: number;
  readonly customQuantization?: boolean;
}

type Field =
  | { readonly kind: 'int8' | 'int32' | 'float32' | 'bool'; readonly value: number }
  | { readonly kind: 'int32s'; readonly value: readonly number[] };

/** Options of an operator: their number in the union, and fields by id. */
export interface Options {
  readonly type: number;
  readonly fields: Readonly<Record<number, Field>>;
}

export interface OperatorSpec {
  readonly op: BuiltinName | number;
  /** Keys of tensors; '' for an optional input that is left out, numbers for indices as they are. */
  readonly inputs: readonly (string | number)[];
  readonly outputs: readonly (string | number)[];
  readonly options?: Options;
  readonly version?: number;
  /** Name of a custom operator. */
  readonly custom?: string;
}

export interface ModelSpec {
  readonly tensors: Readonly<Record<string, TensorSpec>>;
  readonly operators: readonly OperatorSpec[];
  readonly inputs: readonly (string | number)[];
  readonly outputs: readonly (string | number)[];
  readonly version?: number;
  readonly identifier?: string;
  /** Subgraphs, all alike; 1 when absent. */
  readonly subgraphs?: number;
}

const int8 = (value: number): Field => ({ kind: 'int8', value });
const int32 = (value: number): Field => ({ kind: 'int32', value });
const float32 = (value: number): Field => ({ kind: 'float32', value });
const bool = (value: boolean): Field => ({ kind: 'bool', value: value ? 1 : 0 });
const int32s = (value: readonly number[]): Field => ({ kind: 'int32s', value });

interface WindowSpec {
  readonly padding?: keyof typeof padding;
  /** Height, width. */
  readonly strides?: readonly [number, number];
  readonly activation?: keyof typeof activation;
}

const windowFields = ({ padding: kind = 'VALID', strides = [1, 1] }: WindowSpec): Record<number, Field> => ({
  0: int8(padding[kind]),
  1: int32(strides[1]),
  2: int32(strides[0]),
});

/** Options as the schema has them, by operator. */
export const options = {
  conv2d: (spec: WindowSpec & { dilations?: readonly [number, number] } = {}): Options => ({
    type: 1,
    fields: {
      ...windowFields(spec),
      3: int8(activation[spec.activation ?? 'NONE']),
      4: int32(spec.dilations?.[1] ?? 1),
      5: int32(spec.dilations?.[0] ?? 1),
    },
  }),
  depthwise: (
    spec: WindowSpec & { multiplier?: number; dilations?: readonly [number, number] } = {},
  ): Options => ({
    type: 2,
    fields: {
      ...windowFields(spec),
      3: int32(spec.multiplier ?? 1),
      4: int8(activation[spec.activation ?? 'NONE']),
      5: int32(spec.dilations?.[1] ?? 1),
      6: int32(spec.dilations?.[0] ?? 1),
    },
  }),
  pool: (spec: WindowSpec & { kernel: readonly [number, number] }): Options => ({
    type: 5,
    fields: {
      ...windowFields(spec),
      3: int32(spec.kernel[1]),
      4: int32(spec.kernel[0]),
      5: int8(activation[spec.activation ?? 'NONE']),
    },
  }),
  fullyConnected: (
    spec: {
      activation?: keyof typeof activation;
      keepDims?: boolean;
      asymmetric?: boolean;
      shuffled?: boolean;
    } = {},
  ): Options => ({
    type: 8,
    fields: {
      0: int8(activation[spec.activation ?? 'NONE']),
      1: int8(spec.shuffled ? 1 : 0),
      2: bool(spec.keepDims ?? false),
      3: bool(spec.asymmetric ?? false),
    },
  }),
  softmax: (beta = 1): Options => ({ type: 9, fields: { 0: float32(beta) } }),
  concatenation: (axis: number, kind: keyof typeof activation = 'NONE'): Options => ({
    type: 10,
    fields: { 0: int32(axis), 1: int8(activation[kind]) },
  }),
  add: (kind: keyof typeof activation = 'NONE', powerOfTwo = false): Options => ({
    type: 11,
    fields: { 0: int8(activation[kind]), 1: bool(powerOfTwo) },
  }),
  reshape: (shape: readonly number[]): Options => ({ type: 17, fields: { 0: int32s(shape) } }),
  mul: (kind: keyof typeof activation = 'NONE'): Options => ({
    type: 21,
    fields: { 0: int8(activation[kind]) },
  }),
  gather: (axis: number, batchDims = 0): Options => ({
    type: 23,
    fields: { 0: int32(axis), 1: int32(batchDims) },
  }),
  reducer: (keepDims: boolean): Options => ({ type: 27, fields: { 0: bool(keepDims) } }),
  sub: (kind: keyof typeof activation = 'NONE', powerOfTwo = false): Options => ({
    type: 28,
    fields: { 0: int8(activation[kind]), 1: bool(powerOfTwo) },
  }),
  div: (kind: keyof typeof activation = 'NONE'): Options => ({
    type: 29,
    fields: { 0: int8(activation[kind]) },
  }),
  squeeze: (axes: readonly number[]): Options => ({ type: 30, fields: { 0: int32s(axes) } }),
  stridedSlice: (
    masks: { begin?: number; end?: number; ellipsis?: number; newAxis?: number; shrink?: number } = {},
  ): Options => ({
    type: 32,
    fields: {
      0: int32(masks.begin ?? 0),
      1: int32(masks.end ?? 0),
      2: int32(masks.ellipsis ?? 0),
      3: int32(masks.newAxis ?? 0),
      4: int32(masks.shrink ?? 0),
    },
  }),
  split: (parts: number): Options => ({ type: 35, fields: { 0: int32(parts) } }),
  pack: (count: number, axis: number): Options => ({ type: 59, fields: { 0: int32(count), 1: int32(axis) } }),
  unpack: (count: number, axis: number): Options => ({
    type: 64,
    fields: { 0: int32(count), 1: int32(axis) },
  }),
  resizeNearest: (alignCorners = false, halfPixelCenters = false): Options => ({
    type: 74,
    fields: { 0: bool(alignCorners), 1: bool(halfPixelCenters) },
  }),
  leakyRelu: (alpha: number): Options => ({ type: 75, fields: { 0: float32(alpha) } }),
  mirrorPad: (symmetric: boolean): Options => ({ type: 77, fields: { 0: int8(symmetric ? 1 : 0) } }),
  splitV: (parts: number): Options => ({ type: 79, fields: { 0: int32(parts) } }),
  batchMatMul: (adjX = false, adjY = false): Options => ({
    type: 101,
    fields: { 0: bool(adjX), 1: bool(adjY) },
  }),
} as const;

/** The bytes of a TFLite file. */
export function tfliteModel(spec: ModelSpec): Uint8Array {
  const builder = new Builder(1024);
  const keys = Object.keys(spec.tensors);
  const index = (key: string | number): number =>
    typeof key === 'number' ? key : key === '' ? -1 : keys.indexOf(key);
  // Buffer 0 is empty by convention: that of tensors without data.
  const buffers: Offset[] = [table(builder, {})];
  const tensors = keys.map((key) => {
    const tensor = spec.tensors[key];
    if (!tensor) throw new Error(`no tensor ${key}`);
    let buffer = tensor.buffer ?? 0;
    if (tensor.buffer === undefined && tensor.data) {
      const data = builder.createByteVector(bytesOf(tensor));
      buffer = buffers.push(table(builder, { 0: { offset: data } })) - 1;
    }
    return tensorTable(builder, key, tensor, buffer);
  });
  const codes = spec.operators.map((operator) => operatorCode(builder, operator));
  const operators = spec.operators.map((operator, i) => {
    const inputs = intVector(builder, operator.inputs.map(index));
    const outputs = intVector(builder, operator.outputs.map(index));
    const fields = operator.options && optionsTable(builder, operator.options);
    return table(builder, {
      0: { uint32: i },
      1: { offset: inputs },
      2: { offset: outputs },
      ...(operator.options &&
        fields !== undefined && { 3: { int8: operator.options.type }, 4: { offset: fields } }),
    });
  });
  const subgraph = (): Offset => {
    const name = builder.createString('main');
    const parts = [offsetVector(builder, tensors), intVector(builder, spec.inputs.map(index))] as const;
    const rest = [intVector(builder, spec.outputs.map(index)), offsetVector(builder, operators)] as const;
    return table(builder, {
      0: { offset: parts[0] },
      1: { offset: parts[1] },
      2: { offset: rest[0] },
      3: { offset: rest[1] },
      4: { offset: name },
    });
  };
  const subgraphs = offsetVector(builder, Array.from({ length: spec.subgraphs ?? 1 }, subgraph));
  const codeVector = offsetVector(builder, codes);
  const bufferVector = offsetVector(builder, buffers);
  const model = table(builder, {
    0: { uint32: spec.version ?? 3 },
    1: { offset: codeVector },
    2: { offset: subgraphs },
    4: { offset: bufferVector },
  });
  builder.finish(model, spec.identifier ?? 'TFL3');
  return builder.asUint8Array().slice();
}

type Entry =
  | { readonly offset: Offset }
  | { readonly int8: number }
  | { readonly int32: number }
  | { readonly uint32: number }
  | { readonly float32: number };

/** A table with the given fields, by id; vectors and strings must exist before. */
function table(builder: Builder, fields: Readonly<Record<number, Entry>>): Offset {
  const ids = Object.keys(fields).map(Number);
  builder.startObject(Math.max(0, ...ids.map((id) => id + 1)));
  builder.forceDefaults(true);
  for (const [id, entry] of Object.entries(fields)) {
    const at = Number(id);
    if ('offset' in entry) builder.addFieldOffset(at, entry.offset, 0);
    else if ('int8' in entry) builder.addFieldInt8(at, entry.int8, 0);
    else if ('int32' in entry) builder.addFieldInt32(at, entry.int32, 0);
    else if ('uint32' in entry) builder.addFieldInt32(at, entry.uint32 | 0, 0);
    else builder.addFieldFloat32(at, entry.float32, 0);
  }
  builder.forceDefaults(false);
  return builder.endObject();
}

function tensorTable(builder: Builder, key: string, tensor: TensorSpec, buffer: number): Offset {
  const shape = intVector(builder, tensor.shape);
  const signature = tensor.signature && intVector(builder, tensor.signature);
  const name = builder.createString(tensor.name ?? key);
  const quantization = quantizationTable(builder, tensor);
  const sparsity = tensor.sparse ? table(builder, {}) : undefined;
  return table(builder, {
    0: { offset: shape },
    1: { int8: tensor.typeNumber ?? tensorTypes[tensor.type ?? 'float32'] },
    2: { uint32: buffer },
    3: { offset: name },
    ...(quantization !== undefined && { 4: { offset: quantization } }),
    ...(tensor.isVariable && { 5: { int8: 1 } }),
    ...(sparsity !== undefined && { 6: { offset: sparsity } }),
    ...(signature !== undefined && { 7: { offset: signature } }),
  });
}

function quantizationTable(builder: Builder, tensor: TensorSpec): Offset | undefined {
  if (tensor.scale === undefined) return undefined;
  const scales = [tensor.scale].flat();
  const zeroPoints = [tensor.zeroPoint ?? scales.map(() => 0)].flat();
  builder.startVector(4, scales.length, 4);
  for (const scale of scales.toReversed()) builder.addFloat32(scale);
  const scaleVector = builder.endVector();
  builder.startVector(8, zeroPoints.length, 8);
  for (const zeroPoint of zeroPoints.toReversed()) builder.addInt64(BigInt(zeroPoint));
  const zeroVector = builder.endVector();
  const custom = tensor.customQuantization ? table(builder, {}) : undefined;
  return table(builder, {
    2: { offset: scaleVector },
    3: { offset: zeroVector },
    ...(custom !== undefined && { 4: { int8: 1 }, 5: { offset: custom } }),
    6: { int32: tensor.axis ?? 0 },
  });
}

function operatorCode(builder: Builder, operator: OperatorSpec): Offset {
  const code = typeof operator.op === 'number' ? operator.op : builtin[operator.op];
  const custom = operator.custom === undefined ? undefined : builder.createString(operator.custom);
  return table(builder, {
    0: { int8: Math.min(code, 127) },
    ...(custom !== undefined && { 1: { offset: custom } }),
    2: { int32: operator.version ?? 1 },
    3: { int32: code },
  });
}

function optionsTable(builder: Builder, { fields }: Options): Offset {
  const entries = Object.entries(fields).map(([id, field]): [string, Entry] => {
    if (field.kind === 'int32s') return [id, { offset: intVector(builder, field.value) }];
    if (field.kind === 'int32') return [id, { int32: field.value }];
    return [id, field.kind === 'float32' ? { float32: field.value } : { int8: field.value }];
  });
  return table(builder, Object.fromEntries(entries));
}

function intVector(builder: Builder, values: readonly number[]): Offset {
  builder.startVector(4, values.length, 4);
  for (const value of values.toReversed()) builder.addInt32(value);
  return builder.endVector();
}

function offsetVector(builder: Builder, offsets: readonly Offset[]): Offset {
  builder.startVector(4, offsets.length, 4);
  for (const offset of offsets.toReversed()) builder.addOffset(offset);
  return builder.endVector();
}

function bytesOf({ data, type = 'float32' }: TensorSpec): Uint8Array {
  if (!data) return new Uint8Array(0);
  if ('bytes' in data) return data.bytes;
  const values = Array.from(data);
  const arrays: Partial<Record<keyof typeof tensorTypes, (values: number[]) => ArrayBufferView>> = {
    float32: (list) => Float32Array.from(list),
    float64: (list) => Float64Array.from(list),
    int32: (list) => Int32Array.from(list),
    int64: (list) => BigInt64Array.from(list, BigInt),
    int16: (list) => Int16Array.from(list),
    uint8: (list) => Uint8Array.from(list),
    int8: (list) => Int8Array.from(list),
    bool: (list) => Uint8Array.from(list),
  };
  const array = arrays[type]?.(values);
  if (!array) throw new Error(`give the bytes of ${type} tensors`);
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
