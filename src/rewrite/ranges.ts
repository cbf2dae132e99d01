import { integerRange, isFloat, isInteger, isWide } from '../ir/data-type.ts';
import { isOp, type Node, type Value } from '../ir/graph.ts';
import type { Shape } from '../ir/tensor.ts';
import * as ops from '../ops/index.ts';
import { constantNumbers } from './constants.ts';
import {
  clamped,
  combined,
  extreme,
  hull,
  overall,
  product,
  shift,
  single,
  truncated,
  within,
  type ValueRange,
} from './interval.ts';
import { requantizeRange } from './requantize-ranges.ts';
import { convolutionRange, denseRange, matmulRange } from './product-ranges.ts';

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
    const range = found && within(found, exactLimits(value)) ? found : type;
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
      const [own, result] = [source.type.shape, value.type.shape];
      if (source.constant && own.length !== result.length)
        return constantRange(source, result) ?? whole(source);
      const range = this.#of(source, depth);
      const lines = own.length === result.length && range.min.length === result[1];
      return range.min.length === 1 || lines ? range : whole(source);
    };
    const binary = (combine: (a: number, b: number) => number): ValueRange | undefined => {
      const operands = second && [aligned(first), aligned(second)];
      const [a, b] = operands ?? [];
      // Operands are converted to the type of the result first.
      if (!a || !b || ![a, b].every((range) => within(range, exactLimits(value)))) return undefined;
      return combined(a, b, combine);
    };

    if (isOp(node, ops.add)) return binary((a, b) => a + b);
    if (isOp(node, ops.sub)) return binary((a, b) => a - b);
    if (isOp(node, ops.mul)) return binary((a, b) => a * b);
    if (isOp(node, ops.minimum)) return binary(Math.min);
    if (isOp(node, ops.maximum)) return binary(Math.max);
    if (isOp(node, ops.clip)) return clamped(input(), node.attributes.min, node.attributes.max);
    if (isOp(node, ops.requantize)) {
      const { min, max } = node.attributes;
      return requantizeRange(node, input()) ?? single({ min, max });
    }
    if (isOp(node, ops.quantizedAdd) || isOp(node, ops.quantizedMul)) {
      return { min: [node.attributes.min], max: [node.attributes.max] };
    }
    if (isOp(node, ops.changeSign)) return shift(input(), value.type.dtype === 'uint8' ? 128 : -128);
    if (isOp(node, ops.lookup) && second?.constant)
      return single(overall(constantRange(second) ?? typeRange(second)));
    if (isOp(node, ops.cast)) return this.#cast(node, input());
    if (isOp(node, ops.identity)) return input();
    if (isOp(node, ops.maxPool2d)) {
      // A dilated window may miss every element; then the result is the lowest value of the type.
      return node.attributes.dilations.every((dilation) => dilation === 1) ? input() : undefined;
    }
    if (isOp(node, ops.averagePool2d) && isInteger(value.type.dtype)) {
      const { pads, zeroPoint = 0 } = node.attributes;
      return pads.some((pad) => pad > 0)
        ? hull([overall(input()), { min: zeroPoint, max: zeroPoint }])
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

/** What results may not leave; half of 64 bits, because bounds of that size are rounded themselves. */
function exactLimits(value: Value): { readonly min: number; readonly max: number } {
  const { min, max } = overall(typeRange(value));
  return isWide(value.type.dtype) ? { min: Math.max(min, -(2 ** 62)), max: 2 ** 62 } : { min, max };
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
