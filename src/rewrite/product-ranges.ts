import { isInteger, isWide } from '../ir/data-type.ts';
import type { Node, Value } from '../ir/graph.ts';
import type { Shape } from '../ir/tensor.ts';
import type * as ops from '../ops/index.ts';
import { at, combined, overall, product, shift, single, type ValueRange } from './interval.ts';

/** Bounds of Σ (x − zx)(w − zw) + bias per output channel; padded positions may leave out any product. */
export function convolutionRange(
  node: Node<ops.Conv2dAttributes>,
  input: ValueRange,
  weight: Value | undefined,
  bias: ValueRange | undefined,
): ValueRange | undefined {
  const weights = integerWeights(node, weight);
  if (!weights) return undefined;
  const { groups, inputZeroPoint, weightZeroPoint, pads } = node.attributes;
  const [outputs = 1, perGroup = 1, ...kernel] = weights.shape;
  const taps = product(kernel);
  return weightedSums(weights.data, shift(input, -inputZeroPoint), bias, {
    outputs,
    terms: perGroup * taps,
    outputStride: perGroup * taps,
    termStride: 1,
    weightZeroPoint,
    mayLeaveOut: pads.some((pad) => pad > 0),
    channelOf: (output, term) => Math.floor(output / (outputs / groups)) * perGroup + Math.floor(term / taps),
  });
}

/** As `convolutionRange`, of a dense layer. */
export function denseRange(
  node: Node<ops.DenseAttributes>,
  input: ValueRange,
  weight: Value | undefined,
  bias: ValueRange | undefined,
): ValueRange | undefined {
  const weights = integerWeights(node, weight);
  if (!weights) return undefined;
  const { inputZeroPoint, weightZeroPoint } = node.attributes;
  const [outputs = 1, terms = 1] = weights.shape;
  return weightedSums(weights.data, shift(input, -inputZeroPoint), bias, {
    outputs,
    terms,
    outputStride: terms,
    termStride: 1,
    weightZeroPoint,
    mayLeaveOut: false,
    channelOf: (_, term) => term,
  });
}

/** Per column of constant weights; otherwise one pair of bounds for the product. */
export function matmulRange(
  node: Node<ops.MatmulAttributes>,
  a: ValueRange,
  right: Value,
  b: ValueRange,
): ValueRange | undefined {
  const left = node.inputs[0];
  if (!left || !isInteger(left.type.dtype) || !isInteger(right.type.dtype)) return undefined;
  const { aZeroPoint, bZeroPoint } = node.attributes;
  const depth = left.type.shape.at(-1) ?? 1;
  const weights = integerWeights(node, right);
  const x = shift(a, -aZeroPoint);
  if (weights?.shape.length === 2 && left.type.shape.length === 2) {
    const columns = weights.shape[1] ?? 1;
    return weightedSums(weights.data, x, undefined, {
      outputs: columns,
      terms: depth,
      outputStride: 1,
      termStride: columns,
      weightZeroPoint: bZeroPoint,
      mayLeaveOut: false,
      channelOf: (_, term) => term,
    });
  }
  const products = combined(single(overall(x)), single(overall(shift(b, -bZeroPoint))), (p, q) => p * q);
  return combined(products, { min: [depth], max: [depth] }, (p, n) => p * n);
}

/** The elements of constant integer weights of up to 32 bits, for an integer input. */
function integerWeights(
  node: Node,
  weight: Value | undefined,
): { readonly data: Int32Array; readonly shape: Shape } | undefined {
  const constant = weight?.constant;
  if (!constant || !isInteger(constant.type.dtype) || isWide(constant.type.dtype)) return undefined;
  if (!isInteger(node.inputs[0]?.type.dtype ?? 'float32')) return undefined;
  return { data: constant.data as Int32Array, shape: constant.type.shape };
}

interface SumShape {
  readonly outputs: number;
  readonly terms: number;
  readonly outputStride: number;
  readonly termStride: number;
  readonly weightZeroPoint: number;
  /** A term may be missing from a sum. */
  readonly mayLeaveOut: boolean;
  readonly channelOf: (output: number, term: number) => number;
}

function weightedSums(
  data: Int32Array,
  x: ValueRange,
  bias: ValueRange | undefined,
  sums: SumShape,
): ValueRange {
  const { outputs, terms, weightZeroPoint } = sums;
  const min: number[] = [];
  const max: number[] = [];
  const uniform = x.min.length === 1;
  for (let o = 0; o < outputs; o++) {
    let low = bias ? at(bias.min, o) : 0;
    let high = bias ? at(bias.max, o) : 0;
    for (let i = 0; i < terms; i++) {
      const w = (data[o * sums.outputStride + i * sums.termStride] ?? 0) - weightZeroPoint;
      const channel = uniform ? 0 : sums.channelOf(o, i);
      const a = w * (x.min[channel] ?? 0);
      const b = w * (x.max[channel] ?? 0);
      const [least, most] = a < b ? [a, b] : [b, a];
      low += sums.mayLeaveOut && least > 0 ? 0 : least;
      high += sums.mayLeaveOut && most < 0 ? 0 : most;
    }
    min.push(low);
    max.push(high);
  }
  return { min, max };
}
