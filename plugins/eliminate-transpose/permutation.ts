import type { Shape } from 'match-compiler';

/** Axis i of the result is axis perm[i] of the operand, as in `transpose`. */
export type Permutation = readonly number[];

export function isIdentity(perm: Permutation): boolean {
  return perm.every((axis, i) => axis === i);
}

export function inverse(perm: Permutation): Permutation {
  const result = new Array<number>(perm.length);
  perm.forEach((axis, i) => (result[axis] = i));
  return result;
}

/** transpose(transpose(x, first), then) = transpose(x, composed(first, then)). */
export function composed(first: Permutation, then: Permutation): Permutation {
  return then.map((axis) => first[axis] ?? 0);
}

export function samePermutation(a: Permutation, b: Permutation): boolean {
  return a.length === b.length && a.every((axis, i) => axis === b[i]);
}

export function permutedShape(shape: Shape, perm: Permutation): readonly number[] {
  return perm.map((axis) => shape[axis] ?? 1);
}

/** Only axes of extent 1 move past others: every element keeps its place in row-major order. */
export function movesNothing(shape: Shape, perm: Permutation): boolean {
  const order = perm.filter((axis) => shape[axis] !== 1);
  return order.every((axis, i) => i === 0 || (order[i - 1] ?? 0) < axis);
}
