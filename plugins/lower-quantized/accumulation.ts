import { isOp, ops, tensor, type Accumulator, type Node, type Rewriter, type Value } from 'match-compiler';
import type { RequantizeRequest } from 'match-compiler';
import { layerAccumulation } from './layer-accumulation.ts';
import { matmulAccumulation } from './matmul-accumulation.ts';
import { scaledAccumulation } from './scaled-accumulation.ts';

/** A float value that equals scale·(integer accumulator), not built yet. */
export interface Accumulation {
  /** One, or one per index of `axis`. */
  readonly scales: readonly number[];
  readonly axis: number;
  readonly operator: RequantizeRequest['operator'];
  /**
   * Adds the nodes that compute the accumulator with real offsets added, one or one per channel;
   * `fused` are the nodes that the offsets come from. Undefined when an offset does not fit.
   */
  readonly build: (offsets: readonly number[], fused: readonly Node[]) => Value | undefined;
}

export function accumulationOf(value: Value, rewriter: Rewriter): Accumulation | undefined {
  const node = rewriter.producer(value);
  if (isOp(node, ops.conv2d) || isOp(node, ops.dense) || isOp(node, ops.convTranspose))
    return layerAccumulation(node, rewriter);
  if (isOp(node, ops.matmul)) return matmulAccumulation(node, rewriter);
  if (isOp(node, ops.mul)) return scaledAccumulation(node, rewriter);
  return undefined;
}

/** Real numbers in units of the accumulator, rounded. */
export function inUnits(
  offsets: readonly number[],
  scales: readonly number[],
  count: number,
): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.round(entry(offsets, i) / entry(scales, i)));
}

/** The narrowest accumulator that sums of this magnitude cannot leave. */
export function accumulatorFor(magnitude: number): Accumulator | undefined {
  if (magnitude < 2 ** 31) return 'int32';
  return magnitude < 2 ** 53 ? 'int64' : undefined;
}

export function integerVector(dtype: Accumulator, numbers: readonly number[]): ReturnType<typeof tensor> {
  return dtype === 'int64'
    ? tensor('int64', [numbers.length], BigInt64Array.from(numbers, BigInt))
    : tensor('int32', [numbers.length], numbers);
}

/** The entry of a channel in a list of one entry or one per channel. */
export function entry(list: readonly number[], index: number): number {
  return (list.length === 1 ? list[0] : list[index]) ?? 0;
}

/** Largest |x − zeroPoint| over the values that an operand can have. */
export function magnitudeOf(value: Value, zeroPoint: number, rewriter: Rewriter): number {
  const { min, max } = rewriter.ranges.overall(value);
  return Math.max(Math.abs(min - zeroPoint), Math.abs(max - zeroPoint));
}
