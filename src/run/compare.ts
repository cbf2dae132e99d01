import { isFloat } from '../ir/data-type.ts';
import type { Graph, Value } from '../ir/graph.ts';
import { stridesOf, type Shape, type Tensor } from '../ir/tensor.ts';

/** |a − b| ≤ absolute + relative · |b|, where b is the reference. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

export interface Comparison {
  readonly elements: number;
  /** Elements outside the tolerance; without one: elements whose bits differ (every NaN equals every NaN). */
  readonly differing: number;
  /** Largest |a − b|, in units of the elements. */
  readonly maxDifference: number;
  /** Index, per axis, of the first element that differs, with both values. */
  readonly first?: { readonly index: readonly number[]; readonly actual: string; readonly expected: string };
  /** Absent for an exact comparison. */
  readonly tolerance?: Tolerance;
}

/** Room for float sums in another order and for another C library's exp. */
export const floatTolerance: Tolerance = { relative: 1e-5, absolute: 1e-6 };

/**
 * Compares element by element.
 * @throws {TypeError} when the tensors differ in type or shape
 */
export function compareTensors(actual: Tensor, expected: Tensor, tolerance?: Tolerance): Comparison {
  const a = actual.data;
  const b = expected.data;
  if (actual.type.dtype !== expected.type.dtype || a.length !== b.length) {
    throw new TypeError(
      `cannot compare ${actual.type.dtype}[${a.length}] with ${expected.type.dtype}[${b.length}]`,
    );
  }
  let differing = 0;
  let maxDifference = 0;
  let first: number | undefined;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] ?? 0;
    const y = b[i] ?? 0;
    if (Object.is(x, y)) continue;
    const difference = distance(x, y);
    if (difference > maxDifference) maxDifference = difference;
    if (tolerance && difference <= tolerance.absolute + tolerance.relative * Math.abs(Number(y))) continue;
    differing++;
    first ??= i;
  }
  return {
    elements: a.length,
    differing,
    maxDifference,
    ...(first !== undefined && {
      first: {
        index: indexOf(first, expected.type.shape),
        actual: String(a[first]),
        expected: String(b[first]),
      },
    }),
    ...(tolerance && { tolerance }),
  };
}

/** Infinite for anything beside a NaN or an infinity that is not its equal. */
function distance(x: number | bigint, y: number | bigint): number {
  if (typeof x === 'bigint' && typeof y === 'bigint') return Number(x > y ? x - y : y - x);
  const difference = Math.abs(Number(x) - Number(y));
  return Number.isNaN(difference) ? Infinity : difference;
}

function indexOf(position: number, shape: Shape): number[] {
  let rest = position;
  return stridesOf(shape).map((stride) => {
    const index = Math.floor(rest / stride);
    rest %= stride;
    return index;
  });
}

/**
 * Tolerance for emitted C against the interpreter: none, unless an operator that calls the C library's
 * float functions has a part in this output.
 */
export function interpreterTolerance(graph: Graph, output: Value): Tolerance | undefined {
  if (!isFloat(output.type.dtype)) return undefined;
  const seen = new Set<Value>();
  const open = [output];
  for (let value = open.pop(); value; value = open.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    const producer = graph.producer(value);
    if (producer?.op.inexact) return floatTolerance;
    open.push(...(producer?.inputs ?? []));
  }
  return undefined;
}

/**
 * Tolerance for expected values that somebody else computed: none for integers and for the floats of a
 * quantized network, which are integers times a scale, unless the C library's functions take part.
 */
export function expectedTolerance(graph: Graph, output: Value): Tolerance | undefined {
  if (!isFloat(output.type.dtype)) return undefined;
  return graph.info.dialect === 'float' ? floatTolerance : interpreterTolerance(graph, output);
}

/** True when every element of every output is as it should be. */
export function allAgree(comparisons: readonly Comparison[]): boolean {
  return comparisons.every(({ differing }) => differing === 0);
}
