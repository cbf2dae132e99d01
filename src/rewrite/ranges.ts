import { integerRange, isFloat, isInteger, isWide } from '../ir/data-type.ts';
import { isOp, type Node, type Value } from '../ir/graph.ts';
import type { Shape } from '../ir/tensor.ts';
import * as ops from '../ops/index.ts';
import { constantNumbers } from './constants.ts';

/**
 * Bounds of a value's elements: one pair, or one per index of axis 1. Every element that any input can
 * produce lies within; the bounds need not be reached.
 */
export interface ValueRange {
  readonly min: readonly number[];
  readonly max: readonly number[];
}

/** Where a node comes from: a graph, or one that is being rewritten. */
export interface Producers {
  producer(value: Value): Node | undefined;
}

/** Chains of 32-bit operators are short; a longer one costs precision, not correctness. */
const depthLimit = 64;

/** Interval analysis of integers (and of clipped floats), remembered per value. */
export class RangeAnalysis {
  readonly #producers: Producers;
  readonly #known = new Map<Value, ValueRange>();

  constructor(producers: Producers) {
    this.#producers = producers;
  }

  of(value: Value): ValueRange {
    return this.#of(value, 0);
  }

  /** The bounds over all elements. */
  overall(value: Value): { readonly min: number; readonly max: number } {
    return overall(this.of(value));
  }

  #of(value: Value, depth: number): ValueRange {
    const known = this.#known.get(value);
    if (known) return known;
    const type = typeRange(value);
    if (depth > depthLimit) return type;
    const found = value.constant ? constantRange(value) : this.#computed(value, depth + 1);
    // An operator whose exact result leaves its type wraps around: then only the type bounds it.
    const range = found && within(found, overall(type)) ? found : type;
    this.#known.set(value, range);
    return range;
  }

  #computed(value: Value, depth: number): ValueRange | undefined {
    const node = this.#producers.producer(value);
    const [first, second, third] = node?.inputs ?? [];
    if (!node || !first) return undefined;
    const input = (): ValueRange => this.#of(first, depth);
    const whole = (source: Value): ValueRange => single(overall(this.#of(source, depth)));
    /** The range of an input, per index of axis 1 of the result when it has that axis itself. */
    const aligned = (source: Value): ValueRange => {
      const range = this.#of(source, depth);
      const [own, result] = [source.type.shape, value.type.shape];
      if (range.min.length === 1 || (own.length === result.length && range.min.length === result[1]))
        return range;
      if (source.constant) return constantRange(source, result) ?? single(overall(range));
      return single(overall(range));
    };
    const binary = (combine: (a: number, b: number) => number): ValueRange | undefined =>
      second && combined(aligned(first), aligned(second), combine);

    if (isOp(node, ops.add)) return binary((a, b) => a + b);
    if (isOp(node, ops.sub)) return binary((a, b) => a - b);
    if (isOp(node, ops.mul)) return binary((a, b) => a * b);
    if (isOp(node, ops.minimum)) return binary(Math.min);
    if (isOp(node, ops.maximum)) return binary(Math.max);
    if (isOp(node, ops.clip)) return clamped(input(), node.attributes.min, node.attributes.max);
    if (isOp(node, ops.requantize) || isOp(node, ops.quantizedAdd) || isOp(node, ops.quantizedMul)) {
      return { min: [node.attributes.min], max: [node.attributes.max] };
    }
    if (isOp(node, ops.lookup) && second?.constant)
      return single(overall(constantRange(second) ?? typeRange(second)));
    if (isOp(node, ops.cast)) return this.#cast(node, input());
    if (isOp(node, ops.identity) || isOp(node, ops.maxPool2d)) {
      return isInteger(value.type.dtype) ? input() : undefined;
    }
    if (isOp(node, ops.averagePool2d) && isInteger(value.type.dtype)) {
      return node.attributes.pads.some((pad) => pad > 0)
        ? hull([overall(input()), { min: 0, max: 0 }])
        : input();
    }
    if (isOp(node, ops.sumPool2d)) {
      const count = product(node.attributes.kernel);
      const shifted = shift(input(), -node.attributes.inputZeroPoint);
      return combined(shifted, { min: [0], max: [count] }, (a, n) => a * n);
    }
    if (isOp(node, ops.conv2d))
      return convolutionRange(node, input(), second, third && this.#bias(third, depth));
    if (isOp(node, ops.dense)) return denseRange(node, input(), second, third && this.#bias(third, depth));
    if (isOp(node, ops.matmul) && second) return matmulRange(node, input(), second, this.#of(second, depth));
    if (isOp(node, ops.pad)) {
      if (node.attributes.mode !== 'constant') return whole(first);
      const { min, max } = overall(input());
      return { min: [Math.min(min, node.attributes.value)], max: [Math.max(max, node.attributes.value)] };
    }
    if (isOp(node, ops.concat)) return hull(node.inputs.map((source) => overall(this.#of(source, depth))));
    if (
      isOp(node, ops.reshape) ||
      isOp(node, ops.transpose) ||
      isOp(node, ops.slice) ||
      isOp(node, ops.split) ||
      isOp(node, ops.gather) ||
      isOp(node, ops.resizeNearest) ||
      isOp(node, ops.layoutTransform)
    ) {
      return whole(first);
    }
    return undefined;
  }

  /** A bias has one axis, the channels. */
  #bias(value: Value, depth: number): ValueRange {
    const numbers = constantNumbers(value);
    return numbers ? { min: numbers, max: numbers } : single(overall(this.#of(value, depth)));
  }

  #cast(
    node: Node<{ readonly dtype: string; readonly saturate: boolean }>,
    range: ValueRange,
  ): ValueRange | undefined {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!input || !output || !isInteger(output.type.dtype))
      return isFloat(output?.type.dtype ?? 'bool') ? range : undefined;
    const limits = integerRange(output.type.dtype);
    const integral = isInteger(input.type.dtype) ? range : truncated(range);
    return node.attributes.saturate ? clamped(integral, limits.min, limits.max) : integral;
  }
}

/** The bounds over all indices of axis 1. */
export function overall(range: ValueRange): { readonly min: number; readonly max: number } {
  return { min: extreme(range.min, Math.min), max: extreme(range.max, Math.max) };
}

/** All of a range lies between two numbers. */
export function within(range: ValueRange, limits: { readonly min: number; readonly max: number }): boolean {
  const { min, max } = overall(range);
  return min >= limits.min && max <= limits.max;
}

/** Bounds of `combine(a, b)` for a function that is monotone in each argument (+, −, ·, min, max). */
export function combined(
  a: ValueRange,
  b: ValueRange,
  combine: (a: number, b: number) => number,
): ValueRange {
  const count = Math.max(a.min.length, b.min.length);
  const min: number[] = [];
  const max: number[] = [];
  for (let i = 0; i < count; i++) {
    const [al, ah, bl, bh] = [at(a.min, i), at(a.max, i), at(b.min, i), at(b.max, i)];
    // 0 · ∞ has no value; an unbounded factor makes the product unbounded unless the other is 0.
    const corners = [combine(al, bl), combine(al, bh), combine(ah, bl), combine(ah, bh)].map((x) =>
      x !== x ? 0 : x,
    );
    min.push(extreme(corners, Math.min));
    max.push(extreme(corners, Math.max));
  }
  return { min, max };
}

function typeRange(value: Value): ValueRange {
  const { dtype } = value.type;
  if (isFloat(dtype)) return { min: [-Infinity], max: [Infinity] };
  return single(integerRange(dtype));
}

/** Per index of axis 1 of `shape` (the constant's own when absent) where the constant has that axis. */
function constantRange(value: Value, shape: Shape = value.type.shape): ValueRange | undefined {
  const numbers = constantNumbers(value);
  if (!numbers || numbers.length === 0) return undefined;
  const own = value.type.shape;
  const axis = 1 - (shape.length - own.length);
  const extent = own[axis] ?? 1;
  if (axis < 0 || extent === 1)
    return { min: [extreme(numbers, Math.min)], max: [extreme(numbers, Math.max)] };
  const inner = product(own.slice(axis + 1));
  const min = new Array<number>(extent).fill(Infinity);
  const max = new Array<number>(extent).fill(-Infinity);
  numbers.forEach((number, i) => {
    const index = Math.floor(i / inner) % extent;
    min[index] = Math.min(min[index] ?? number, number);
    max[index] = Math.max(max[index] ?? number, number);
  });
  return { min, max };
}

/** Bounds of Σ (x − zx)(w − zw) + bias per output channel; padded positions may leave out any product. */
function convolutionRange(
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

function denseRange(
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

function matmulRange(
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

function clamped(range: ValueRange, min: number, max: number): ValueRange {
  const clamp = (x: number): number => Math.min(Math.max(x, min), max);
  return { min: range.min.map(clamp), max: range.max.map(clamp) };
}

function truncated(range: ValueRange): ValueRange {
  return { min: range.min.map(Math.trunc), max: range.max.map(Math.trunc) };
}

function shift(range: ValueRange, by: number): ValueRange {
  return by === 0 ? range : { min: range.min.map((x) => x + by), max: range.max.map((x) => x + by) };
}

function hull(ranges: readonly { readonly min: number; readonly max: number }[]): ValueRange {
  return {
    min: [
      extreme(
        ranges.map((range) => range.min),
        Math.min,
      ),
    ],
    max: [
      extreme(
        ranges.map((range) => range.max),
        Math.max,
      ),
    ],
  };
}

function single(range: { readonly min: number; readonly max: number }): ValueRange {
  return { min: [range.min], max: [range.max] };
}

/** The entry of a channel in a list of one entry or one per channel. */
function at(list: readonly number[], index: number): number {
  return (list.length === 1 ? list[0] : list[index]) ?? 0;
}

function extreme(numbers: readonly number[], pick: (a: number, b: number) => number): number {
  return numbers.reduce((a, b) => pick(a, b));
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a * b, 1);
}
