import { constantNumbers, type Node, type RequantizeAttributes } from 'match-compiler';

/** A requantization in real numbers: y = clamp(round(factor·acc + offset)), with round to nearest or floor. */
export interface AffineChannel {
  readonly factor: number;
  /** The zero points included. */
  readonly offset: number;
  /** Added before the floor: a half where the rule rounds to nearest. */
  readonly half: number;
}

/**
 * The real form of a requantize with constant operands, one or one per index of the axis; undefined for the rule
 * `shift` and for unknown constants.
 */
export function affineOf(node: Node<RequantizeAttributes>): readonly AffineChannel[] | undefined {
  const { rule, inputZeroPoint, zeroPoint, divisor = 1, denominator = 1 } = node.attributes;
  const [first, second] = [constantNumbers(node.inputs[1]), constantNumbers(node.inputs[2])];
  if (!first || (rule !== 'real-even' && !second) || rule === 'shift') return undefined;
  const count = Math.max(first.length, second?.length ?? 1);
  return Array.from({ length: count }, (_, i): AffineChannel => {
    const [a, b] = [entry(first, i), entry(second ?? [0], i)];
    const factor =
      rule === 'real-even' ? a / denominator : rule === 'floor' ? a / divisor : a * 2 ** (b - 31);
    const constant = rule === 'floor' ? b / divisor : 0;
    const half = rule === 'floor' ? 0 : rule === 'double' ? halfOfDouble(b, node.attributes) : 0.5;
    return { factor, offset: constant + zeroPoint - factor * inputZeroPoint, half };
  });
}

/**
 * Rounding x·2^n to an integer, ties up, and that over 2^n, ties away from zero, is for positive x the floor of
 * x + 1/2 + 2^−(n+1), because a floor of a floor is one floor. For negative x it is that of x + 1/2 − 2^−(n+1); where
 * both signs come through there is no telling.
 */
function halfOfDouble(shift: number, { min, max, zeroPoint }: RequantizeAttributes): number {
  const first = shift < 0 ? 2 ** (shift - 1) : 0;
  if (min >= zeroPoint) return 0.5 + first;
  return max <= zeroPoint ? 0.5 - first : 0.5;
}

/** The entry of a channel in a list of one entry or one per channel. */
export function entry(list: readonly number[], index: number): number {
  return (list.length === 1 ? list[0] : list[index]) ?? 0;
}
