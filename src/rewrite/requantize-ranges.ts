import { isWide } from '../ir/data-type.ts';
import type { Node } from '../ir/graph.ts';
import { tensor, type Tensor } from '../ir/tensor.ts';
import type * as ops from '../ops/index.ts';
import { at, extreme, type ValueRange } from './interval.ts';

/**
 * Bounds of a requantize, per index of axis 1: its own evaluation of the ends of the sums, between which it is
 * monotone. Undefined where it may not be, or where constants are not known.
 */
export function requantizeRange(
  node: Node<ops.RequantizeAttributes>,
  acc: ValueRange,
): ValueRange | undefined {
  const [sums, ...rest] = node.inputs;
  const constants = rest.flatMap((value) => value.constant ?? []);
  if (!sums || isWide(sums.type.dtype) || constants.length !== rest.length) return undefined;
  if (!isMonotone(node, acc, constants)) return undefined;
  // A promise about products is no part of the meaning, and was made for other bounds perhaps.
  const { productBits: _, ...attributes } = node.attributes;
  const factors = constants.reduce((most, { data }) => Math.max(most, data.length), 1);
  const perChannel = attributes.axis === 1 && sums.type.shape.length > 1;
  const own = perChannel ? acc : { min: [extreme(acc.min, Math.min)], max: [extreme(acc.max, Math.max)] };
  const count = Math.max(factors, own.min.length);
  const evaluate = (ends: readonly number[]): number[] => {
    const operand: Tensor = tensor(
      sums.type.dtype,
      [1, count],
      Array.from({ length: count }, (_, i) => at(ends, i)),
    );
    const [data = []] = node.op.evaluate([operand, ...constants], { ...attributes, axis: 1 }, []);
    return Array.from(data as ArrayLike<number>);
  };
  const [low, high] = [evaluate(own.min), evaluate(own.max)];
  const min = low.map((value, i) => Math.min(value, high[i] ?? value));
  const max = low.map((value, i) => Math.max(value, high[i] ?? value));
  if (perChannel) return { min, max };
  return { min: [extreme(min, Math.min)], max: [extreme(max, Math.max)] };
}

/** The rule `double` wraps in 32 bits where it shifts left, or where the zero point leads out of them. */
function isMonotone(
  { attributes }: Node<ops.RequantizeAttributes>,
  acc: ValueRange,
  [, shifts]: readonly Tensor[],
): boolean {
  if (attributes.rule !== 'double') return true;
  const limit = 2 ** 31;
  const fits = (bound: number): boolean => Math.abs(bound - attributes.inputZeroPoint) < limit;
  return (
    acc.min.every(fits) &&
    acc.max.every(fits) &&
    Array.from(shifts?.data ?? [1], Number).every((shift) => shift <= 0)
  );
}
