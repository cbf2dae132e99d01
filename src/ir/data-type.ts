/** Element types of tensors, the way they lie in a JavaScript typed array and in C. */
export type DataType =
  | 'bool'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64';

/** The data of a tensor. `bool` is one byte per element, 0 or 1. */
export type TensorData =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

interface DataTypeTraits {
  readonly bytes: number;
  readonly kind: 'integer' | 'float' | 'bool';
  readonly cName: string;
  readonly create: (length: number) => TensorData;
  readonly view: (buffer: ArrayBuffer, byteOffset: number, length: number) => TensorData;
}

const traits: Readonly<Record<DataType, DataTypeTraits>> = {
  bool: {
    bytes: 1,
    kind: 'bool',
    cName: 'uint8_t',
    create: (n) => new Uint8Array(n),
    view: (b, o, n) => new Uint8Array(b, o, n),
  },
  int8: {
    bytes: 1,
    kind: 'integer',
    cName: 'int8_t',
    create: (n) => new Int8Array(n),
    view: (b, o, n) => new Int8Array(b, o, n),
  },
  uint8: {
    bytes: 1,
    kind: 'integer',
    cName: 'uint8_t',
    create: (n) => new Uint8Array(n),
    view: (b, o, n) => new Uint8Array(b, o, n),
  },
  int16: {
    bytes: 2,
    kind: 'integer',
    cName: 'int16_t',
    create: (n) => new Int16Array(n),
    view: (b, o, n) => new Int16Array(b, o, n),
  },
  uint16: {
    bytes: 2,
    kind: 'integer',
    cName: 'uint16_t',
    create: (n) => new Uint16Array(n),
    view: (b, o, n) => new Uint16Array(b, o, n),
  },
  int32: {
    bytes: 4,
    kind: 'integer',
    cName: 'int32_t',
    create: (n) => new Int32Array(n),
    view: (b, o, n) => new Int32Array(b, o, n),
  },
  uint32: {
    bytes: 4,
    kind: 'integer',
    cName: 'uint32_t',
    create: (n) => new Uint32Array(n),
    view: (b, o, n) => new Uint32Array(b, o, n),
  },
  int64: {
    bytes: 8,
    kind: 'integer',
    cName: 'int64_t',
    create: (n) => new BigInt64Array(n),
    view: (b, o, n) => new BigInt64Array(b, o, n),
  },
  uint64: {
    bytes: 8,
    kind: 'integer',
    cName: 'uint64_t',
    create: (n) => new BigUint64Array(n),
    view: (b, o, n) => new BigUint64Array(b, o, n),
  },
  float32: {
    bytes: 4,
    kind: 'float',
    cName: 'float',
    create: (n) => new Float32Array(n),
    view: (b, o, n) => new Float32Array(b, o, n),
  },
  float64: {
    bytes: 8,
    kind: 'float',
    cName: 'double',
    create: (n) => new Float64Array(n),
    view: (b, o, n) => new Float64Array(b, o, n),
  },
};

export const dataTypes = Object.keys(traits) as readonly DataType[];

export function isDataType(name: string): name is DataType {
  return Object.hasOwn(traits, name);
}

/** Bytes of one element. */
export function elementBytes(dtype: DataType): number {
  return traits[dtype].bytes;
}

/** The C99 type of one element. */
export function cType(dtype: DataType): string {
  return traits[dtype].cName;
}

export function isInteger(dtype: DataType): boolean {
  return traits[dtype].kind === 'integer';
}

export function isFloat(dtype: DataType): boolean {
  return traits[dtype].kind === 'float';
}

export function isSigned(dtype: DataType): boolean {
  return dtype.startsWith('int') || traits[dtype].kind === 'float';
}

/** True for the types whose elements are `bigint` in JavaScript. */
export function isWide(dtype: DataType): boolean {
  return dtype === 'int64' || dtype === 'uint64';
}

/** Smallest and largest value of an integer type (bool: 0 and 1). 64-bit ends are rounded to doubles. */
export function integerRange(dtype: DataType): { readonly min: number; readonly max: number } {
  if (dtype === 'bool') return { min: 0, max: 1 };
  if (!isInteger(dtype)) throw new RangeError(`${dtype} is not an integer type`);
  const bits = 8 * elementBytes(dtype);
  return isSigned(dtype)
    ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 }
    : { min: 0, max: 2 ** bits - 1 };
}

/** A zero-filled array for `length` elements. */
export function createData(dtype: DataType, length: number): TensorData {
  return traits[dtype].create(length);
}

/** Reads little-endian bytes as elements; copies, because model files align nothing. */
export function dataFromBytes(dtype: DataType, bytes: Uint8Array): TensorData {
  // Not `slice`: of a Node Buffer that is a view into a shared pool.
  const copy = new Uint8Array(bytes);
  return traits[dtype].view(copy.buffer, 0, Math.floor(copy.byteLength / traits[dtype].bytes));
}

/** The little-endian bytes of the elements, as a view. */
export function bytesOf(data: TensorData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
