import { isWide } from '../ir/data-type.ts';
import type { Value } from '../ir/graph.ts';
import { elementCount, stridesOf, tensor, type Shape, type Tensor } from '../ir/tensor.ts';

/**
 * The elements of a constant as numbers; undefined for anything else, and for 64-bit integers that a
 * double cannot hold.
 */
export function constantNumbers(value: Value | undefined): readonly number[] | undefined {
  const constant = value?.constant;
  if (!constant) return undefined;
  const numbers = Array.from(constant.data as ArrayLike<number | bigint>, Number);
  if (isWide(constant.type.dtype) && !numbers.every(Number.isSafeInteger)) return undefined;
  return numbers;
}

/** The one element of a constant of one element. */
export function scalarConstant(value: Value | undefined): number | undefined {
  if (!value?.constant || value.constant.data.length !== 1) return undefined;
  return constantNumbers(value)?.[0];
}

/**
 * A constant that, broadcast to `shape`, varies along `axis` alone: one number, or one per index of
 * the axis. Undefined otherwise.
 */
export function alongAxis(
  value: Value | undefined,
  shape: Shape,
  axis: number,
): readonly number[] | undefined {
  // A large tensor is not worth a look at its elements.
  if (!value?.constant || value.constant.data.length > Math.max(1, shape[axis] ?? 1)) return undefined;
  const numbers = constantNumbers(value);
  return numbers && numbersAlongAxis(numbers, value.type.shape, shape, axis);
}

/** `alongAxis` for numbers of a known shape. */
export function numbersAlongAxis(
  numbers: readonly number[],
  own: Shape,
  shape: Shape,
  axis: number,
): readonly number[] | undefined {
  if (own.length > shape.length) return undefined;
  if (numbers.length === 1) return numbers;
  const ownAxis = axis - (shape.length - own.length);
  const varies = own.every((extent, i) => extent === 1 || i === ownAxis);
  return varies && numbers.length === shape[axis] ? numbers : undefined;
}

/** The elements of a constant in the order of permuted axes: output axis i is input axis `perm[i]`. */
export function transposedTensor(source: Tensor, perm: readonly number[]): Tensor {
  const shape = perm.map((axis) => source.type.shape[axis] ?? 1);
  const strides = stridesOf(source.type.shape);
  const steps = perm.map((axis) => strides[axis] ?? 0);
  const result = tensor(source.type.dtype, shape);
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let to = 0; to < result.data.length; to++) {
    result.data[to] = source.data[from] as never;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis] ?? 0;
      index[axis] = (index[axis] ?? 0) + 1;
      if ((index[axis] ?? 0) < (shape[axis] ?? 1)) break;
      from -= (steps[axis] ?? 0) * (shape[axis] ?? 1);
      index[axis] = 0;
    }
  }
  const q = source.type.quantization;
  if (!q) return result;
  const axis = q.axis === undefined ? undefined : perm.indexOf(q.axis);
  return { ...result, type: { ...result.type, quantization: axis === undefined ? q : { ...q, axis } } };
}

/** The same elements under another shape. */
export function reshapedTensor(source: Tensor, shape: Shape): Tensor {
  if (elementCount(shape) !== source.data.length) {
    throw new RangeError(`${source.data.length} elements for shape [${shape.join(',')}]`);
  }
  return { type: { dtype: source.type.dtype, shape: [...shape] }, data: source.data };
}
