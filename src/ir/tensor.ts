import { createData, dataFromBytes, elementBytes, type DataType, type TensorData } from './data-type.ts';

/** Extents in the logical axis order N, C, (D,) H, W, or plain for other ranks. Scalars have rank 0. */
export type Shape = readonly number[];

/** real = scale · (q − zeroPoint); one entry, or one per index of `axis`. */
export interface Quantization {
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  /** Axis of a per-channel quantization; absent when there is one scale for the tensor. */
  readonly axis?: number;
}

export interface TensorType {
  readonly dtype: DataType;
  readonly shape: Shape;
  /** What the integers stand for. Documentation of the edges of a graph; arithmetic never depends on it. */
  readonly quantization?: Quantization;
}

/** Elements in row-major order of the logical axes. */
export interface Tensor {
  readonly type: TensorType;
  readonly data: TensorData;
}

export function elementCount(shape: Shape): number {
  let count = 1;
  for (const extent of shape) count *= extent;
  return count;
}

/** Bytes of the elements, without padding. */
export function byteSize(type: TensorType): number {
  return elementCount(type.shape) * elementBytes(type.dtype);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] ?? 1;
  }
  return strides;
}

export function tensor(
  dtype: DataType,
  shape: Shape,
  values?: ArrayLike<number> | ArrayLike<bigint> | TensorData,
): Tensor {
  const count = elementCount(shape);
  const data = createData(dtype, count);
  if (values !== undefined) {
    if (values.length !== count)
      throw new RangeError(`${values.length} values for shape [${shape.join(',')}]`);
    const wide = data instanceof BigInt64Array || data instanceof BigUint64Array;
    for (let i = 0; i < count; i++) {
      const value = values[i] ?? 0;
      data[i] = wide ? BigInt(value) : Number(value);
    }
  }
  return { type: { dtype, shape: [...shape] }, data };
}

export function tensorFromBytes(type: TensorType, bytes: Uint8Array): Tensor {
  if (bytes.byteLength !== byteSize(type)) {
    throw new RangeError(`${bytes.byteLength} bytes for a tensor of ${byteSize(type)}`);
  }
  return { type, data: dataFromBytes(type.dtype, bytes) };
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((extent, axis) => extent === b[axis]);
}

/** Same element type and shape; quantization is documentation and does not count. */
export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

export function formatType(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(',')}]`;
}
