/**
 * The messages of `onnx.proto` as the generated module reads and writes them. Fields that a file leaves
 * out read as the format's defaults: empty lists, empty texts, zero, null for messages.
 */

/** 64-bit integers are read as two 32-bit halves and may be written as numbers. */
export type Int64 = number | { readonly low: number; readonly high: number; readonly unsigned: boolean };

export interface ModelProto {
  readonly ir_version?: Int64;
  readonly producer_name?: string;
  readonly producer_version?: string;
  readonly domain?: string;
  readonly model_version?: Int64;
  readonly graph?: GraphProto | null;
  readonly opset_import?: readonly OperatorSetIdProto[];
  readonly metadata_props?: readonly StringStringEntryProto[];
  readonly functions?: readonly { readonly name?: string; readonly domain?: string }[];
}

export interface OperatorSetIdProto {
  readonly domain?: string;
  readonly version?: Int64;
}

export interface StringStringEntryProto {
  readonly key?: string;
  readonly value?: string;
}

export interface GraphProto {
  readonly node?: readonly NodeProto[];
  readonly name?: string;
  readonly initializer?: readonly TensorProto[];
  readonly input?: readonly ValueInfoProto[];
  readonly output?: readonly ValueInfoProto[];
  readonly value_info?: readonly ValueInfoProto[];
  readonly sparse_initializer?: readonly SparseTensorProto[];
}

export interface NodeProto {
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly name?: string;
  readonly op_type?: string;
  readonly attribute?: readonly AttributeProto[];
  readonly domain?: string;
}

export interface AttributeProto {
  readonly name?: string;
  readonly f?: number;
  readonly i?: Int64;
  readonly s?: Uint8Array;
  readonly t?: TensorProto | null;
  readonly g?: GraphProto | null;
  readonly floats?: readonly number[];
  readonly ints?: readonly Int64[];
  readonly strings?: readonly Uint8Array[];
  readonly tensors?: readonly TensorProto[];
  readonly graphs?: readonly GraphProto[];
  /** One of `attributeTypes`. */
  readonly type?: number;
  readonly ref_attr_name?: string;
  readonly sparse_tensor?: SparseTensorProto | null;
}

export interface TensorProto {
  readonly dims?: readonly Int64[];
  /** One of `elementTypes`. */
  readonly data_type?: number;
  readonly segment?: { readonly begin?: Int64; readonly end?: Int64 } | null;
  readonly float_data?: readonly number[];
  readonly int32_data?: readonly number[];
  readonly string_data?: readonly Uint8Array[];
  readonly int64_data?: readonly Int64[];
  readonly name?: string;
  readonly raw_data?: Uint8Array;
  readonly double_data?: readonly number[];
  readonly uint64_data?: readonly Int64[];
  readonly external_data?: readonly StringStringEntryProto[];
  /** 1 when the data is in another file. */
  readonly data_location?: number;
}

export interface SparseTensorProto {
  readonly values?: TensorProto | null;
  readonly indices?: TensorProto | null;
  readonly dims?: readonly Int64[];
}

export interface ValueInfoProto {
  readonly name?: string;
  readonly type?: TypeProto | null;
}

export interface TypeProto {
  readonly tensor_type?: {
    readonly elem_type?: number;
    readonly shape?: { readonly dim?: readonly DimensionProto[] } | null;
  } | null;
  readonly sequence_type?: object | null;
  readonly map_type?: object | null;
  readonly opaque_type?: object | null;
  readonly sparse_tensor_type?: object | null;
  readonly optional_type?: object | null;
}

export interface DimensionProto {
  readonly dim_value?: Int64 | null;
  readonly dim_param?: string | null;
}

/** AttributeProto.type */
export const attributeTypes = {
  undefined: 0,
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
  sparse_tensor: 11,
  sparse_tensors: 12,
  type: 13,
  types: 14,
} as const;

/** TensorProto.data_type and TypeProto.Tensor.elem_type, in the format's order from 0. */
export const elementTypes = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
] as const;

export type ElementType = (typeof elementTypes)[number];

export function toBigInt(value: Int64): bigint {
  if (typeof value === 'number') return BigInt(value);
  const high = value.unsigned ? value.high >>> 0 : value.high;
  return (BigInt(high) << 32n) | BigInt(value.low >>> 0);
}

/** As a number, with values beyond ±2^53 clamped: attributes use huge values for "to the end". */
export function toSafeNumber(value: Int64): number {
  const exact = toBigInt(value);
  if (exact > BigInt(Number.MAX_SAFE_INTEGER)) return Number.MAX_SAFE_INTEGER;
  if (exact < BigInt(Number.MIN_SAFE_INTEGER)) return Number.MIN_SAFE_INTEGER;
  return Number(exact);
}
