import { integerRange, isInteger, type DataType } from '../ir/data-type.ts';
import { ShapeError } from '../ir/op.ts';
import { elementCount, formatType, type Shape, type TensorType } from '../ir/tensor.ts';

/** A list of at least `N` entries: the first `N` need no check for undefined. */
export type AtLeast<T, N extends 1 | 2 | 3 | 4 | 5> = {
  1: readonly [T, ...T[]];
  2: readonly [T, T, ...T[]];
  3: readonly [T, T, T, ...T[]];
  4: readonly [T, T, T, T, ...T[]];
  5: readonly [T, T, T, T, T, ...T[]];
}[N];

/** One more than the elements that a tensor may have: offsets stay in 31 bits, here and in C. */
export const elementLimit = 2 ** 31;

const rankLimit = 64;

/** The inputs of an evaluation whose types have passed `infer`. */
export function atLeast<T, N extends 1 | 2 | 3 | 4 | 5>(inputs: readonly T[], count: N): AtLeast<T, N> {
  if (inputs.length < count) throw new ShapeError(`${inputs.length} inputs where ${count} are needed`);
  return inputs as unknown as AtLeast<T, N>;
}

/** Checks the number of inputs and that every shape is one. @throws {ShapeError} */
export function expectInputs<N extends 1 | 2 | 3 | 4 | 5>(
  op: string,
  inputs: readonly TensorType[],
  count: N,
  most: number = count,
): AtLeast<TensorType, N> {
  if (inputs.length < count || inputs.length > most) {
    const wanted =
      count === most ? String(count) : most === Infinity ? `at least ${count}` : `${count} to ${most}`;
    throw new ShapeError(`${op} takes ${wanted} inputs, not ${inputs.length}`);
  }
  inputs.forEach((type, i) => expectShape(op, `input ${i}`, type.shape));
  return atLeast(inputs, count);
}

/**
 * @throws {ShapeError} when an extent is no natural number, the rank exceeds 64, or the elements (empty axes left out)
 * reach `elementLimit`
 */
export function expectShape(op: string, what: string, shape: Shape): void {
  if (shape.length > rankLimit)
    throw new ShapeError(`${op}: ${what} has rank ${shape.length}, the limit is ${rankLimit}`);
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    throw new ShapeError(`${op}: ${what} has the shape [${shape.join(',')}]`);
  }
  const count = elementCount(shape.filter((extent) => extent > 0));
  if (!(count < elementLimit)) {
    throw new ShapeError(
      `${op}: ${what} of shape [${shape.join(',')}] has ${count} elements, the limit is ${elementLimit - 1}`,
    );
  }
}

/** The type of a result, its shape checked. @throws {ShapeError} */
export function resultType(op: string, dtype: DataType, shape: Shape): TensorType {
  expectShape(op, 'the output', shape);
  return { dtype, shape: [...shape] };
}

/** @throws {ShapeError} */
export function expectRank(op: string, what: string, type: TensorType, rank: number): void {
  if (type.shape.length !== rank) {
    throw new ShapeError(`${op}: ${what} has rank ${type.shape.length}, not ${rank}: ${formatType(type)}`);
  }
}

/** @throws {ShapeError} when the tensor is empty */
export function expectElements(op: string, what: string, type: TensorType): void {
  if (elementCount(type.shape) === 0) throw new ShapeError(`${op}: ${what} is empty: ${formatType(type)}`);
}

/** @throws {ShapeError} */
export function expectDtype(op: string, what: string, type: TensorType, allowed: readonly DataType[]): void {
  if (!allowed.includes(type.dtype)) {
    throw new ShapeError(`${op}: ${what} is ${type.dtype}, not ${allowed.join(' or ')}`);
  }
}

/** @throws {ShapeError} */
export function expectOneOf<T extends string>(
  op: string,
  what: string,
  value: T,
  allowed: readonly T[],
): void {
  if (!allowed.includes(value))
    throw new ShapeError(`${op}: ${what} is '${value}', not ${allowed.join(' or ')}`);
}

/** @throws {ShapeError} when `axis` is not in 0..rank − 1 */
export function expectAxis(op: string, axis: number, rank: number): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
    throw new ShapeError(`${op}: axis ${axis} of a tensor of rank ${rank}`);
  }
}

/** `count` integers of at least `least`. @throws {ShapeError} */
export function expectIntegers(
  op: string,
  what: string,
  values: readonly number[],
  count: number,
  least: number,
): void {
  const fits = Array.isArray(values) && values.length === count;
  if (
    !fits ||
    !values.every((value) => Number.isSafeInteger(value) && value >= least && value < elementLimit)
  ) {
    throw new ShapeError(`${op}: ${what} is [${String(values)}], not ${count} integers of at least ${least}`);
  }
}

/** A zero point that the quantized type can hold. @throws {ShapeError} */
export function expectZeroPoint(op: string, what: string, value: number, dtype: DataType): void {
  if (!isInteger(dtype)) {
    if (value !== 0) throw new ShapeError(`${op}: ${what} is ${value} on ${dtype}, which has none`);
    return;
  }
  const { min, max } = integerRange(dtype);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ShapeError(`${op}: ${what} is ${value}, outside ${dtype}`);
  }
}

/** Clamping bounds inside an integer type. @throws {ShapeError} */
export function expectBounds(op: string, min: number, max: number, dtype: DataType): void {
  const range = integerRange(dtype);
  if (!Number.isInteger(min) || !Number.isInteger(max) || min > max || min < range.min || max > range.max) {
    throw new ShapeError(`${op}: bounds ${min}..${max} on ${dtype}`);
  }
}

/** @throws {ShapeError} when a scale is not a positive finite number */
export function expectScale(op: string, what: string, value: number): void {
  if (!(value > 0 && Number.isFinite(value))) throw new ShapeError(`${op}: ${what} is ${value}`);
}

/** A constant of one element, or of one per index of an axis with `extent` indices. @throws {ShapeError} */
export function expectPerChannel(
  op: string,
  what: string,
  type: TensorType,
  extent: number | undefined,
): void {
  const count = elementCount(type.shape);
  if (type.shape.length > 1 || (count !== 1 && count !== extent)) {
    const wanted = extent === undefined ? '1 element' : `1 or ${extent} elements`;
    throw new ShapeError(`${op}: ${what} has the shape [${type.shape.join(',')}], not ${wanted}`);
  }
}
