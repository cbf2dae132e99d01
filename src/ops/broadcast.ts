import { createData, type DataType, type TensorData } from '../ir/data-type.ts';
import { ShapeError } from '../ir/op.ts';
import { elementCount, sameShape, stridesOf, type Shape } from '../ir/tensor.ts';

/**
 * The common shape under numpy's rule: aligned at the last axis, extents equal or 1.
 * @throws {ShapeError} when two extents differ and neither is 1
 */
export function broadcastShapes(op: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const extentA = a[axis - (rank - a.length)] ?? 1;
    const extentB = b[axis - (rank - b.length)] ?? 1;
    if (extentA !== extentB && extentA !== 1 && extentB !== 1) {
      throw new ShapeError(
        `${op}: shapes [${a.join(',')}] and [${b.join(',')}] do not broadcast (${extentA} against ${extentB})`,
      );
    }
    return extentA === 1 ? extentB : extentA;
  });
}

/** Strides of `shape` along the axes of `target`, 0 where it repeats. */
export function broadcastStrides(shape: Shape, target: Shape): number[] {
  const own = stridesOf(shape);
  const missing = target.length - shape.length;
  return target.map((_, axis) =>
    axis < missing || shape[axis - missing] === 1 ? 0 : (own[axis - missing] ?? 0),
  );
}

/** The elements of `data` repeated to `target`; `data` itself where the shapes agree. */
export function broadcastData(dtype: DataType, data: TensorData, shape: Shape, target: Shape): TensorData {
  if (sameShape(shape, target)) return data;
  return gatherStrided(dtype, data, target, broadcastStrides(shape, target), 0);
}

/**
 * Copies the elements at `offset + Σ index·stride` in row-major order of `shape`: the loop behind broadcasting,
 * transposing and slicing.
 */
export function gatherStrided(
  dtype: DataType,
  data: TensorData,
  shape: Shape,
  strides: readonly number[],
  offset: number,
): TensorData {
  const count = elementCount(shape);
  const result = createData(dtype, count);
  if (count === 0) return result;
  const rank = shape.length;
  const inner = shape[rank - 1] ?? 1;
  const step = strides[rank - 1] ?? 0;
  const index = new Array<number>(rank).fill(0);
  let from = offset;
  for (let at = 0; at < count; at += inner) {
    copyRun(result, at, data, from, step, inner);
    for (let axis = rank - 2; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      from += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 1)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      from -= next * (strides[axis] ?? 0);
    }
  }
  return result;
}

function copyRun(
  to: TensorData,
  at: number,
  from: TensorData,
  start: number,
  step: number,
  count: number,
): void {
  for (let i = 0, j = start; i < count; i++, j += step) to[at + i] = from[j] as never;
}
