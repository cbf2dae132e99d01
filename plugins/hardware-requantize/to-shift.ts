import {
  constantNumbers,
  isWide,
  ops,
  overall,
  tensor,
  type HardwareRequantization,
  type Node,
  type RequantizeAttributes,
  type Rewriter,
  type Value,
} from 'match-compiler';
import { affineOf, entry } from './affine.ts';
import { leastErrorScales, productsFit, type Scale, type SumRange } from './scale.ts';

/** The sums of each channel of a requantize; one range where it has one channel. */
export function sumRanges(
  node: Node<RequantizeAttributes>,
  count: number,
  rewriter: Rewriter,
): readonly SumRange[] {
  const [acc] = node.inputs;
  if (!acc) return [];
  const range = rewriter.ranges.of(acc);
  const whole = overall(range);
  // Ranges run along axis 1.
  const own = node.attributes.axis === 1 && range.min.length === count;
  return Array.from({ length: count }, (_, i) =>
    own ? { min: entry(range.min, i), max: entry(range.max, i) } : whole,
  );
}

/** The same results by the rule `shift`: floor divisions by a power of two whose products fit. */
export function exactScales(
  node: Node<RequantizeAttributes>,
  limits: HardwareRequantization,
  rewriter: Rewriter,
): readonly Scale[] | undefined {
  const { rule, divisor = 1, inputZeroPoint, zeroPoint } = node.attributes;
  const [multipliers, addends] = [constantNumbers(node.inputs[1]), constantNumbers(node.inputs[2])];
  const shift = Math.round(Math.log2(divisor));
  if (rule !== 'floor' || !multipliers || !addends || 2 ** shift !== divisor) return undefined;
  if (shift > limits.largestShift) return undefined;
  const count = Math.max(multipliers.length, addends.length);
  const scales = Array.from({ length: count }, (_, i): Scale => {
    const multiplier = entry(multipliers, i);
    const addend = entry(addends, i) + zeroPoint * divisor - inputZeroPoint * multiplier;
    return { multiplier, addend, shift };
  });
  const ranges = sumRanges(node, count, rewriter);
  const fit = scales.every((scale, i) => {
    const range = ranges[i];
    return range !== undefined && productsFit(scale, range, limits.productBits);
  });
  return fit ? scales : undefined;
}

/** The scales of the hardware that are nearest to the model's own; undefined where none can be had. */
export function hardwareScales(
  node: Node<RequantizeAttributes>,
  limits: HardwareRequantization,
  rewriter: Rewriter,
): readonly Scale[] | undefined {
  const { dtype } = node.attributes;
  const channels = affineOf(node);
  const [acc] = node.inputs;
  if (!channels || !acc || isWide(acc.type.dtype) || (dtype !== 'int8' && dtype !== 'uint8'))
    return undefined;
  // Channels of one factor differ in their sums: each gets as many bits as its own products leave.
  const extent = node.attributes.axis === 1 ? (acc.type.shape[1] ?? 1) : 1;
  const [only] = channels;
  const perChannel = channels.length === 1 && only ? Array.from({ length: extent }, () => only) : channels;
  const ranges = sumRanges(node, perChannel.length, rewriter);
  return leastErrorScales(perChannel, ranges, limits);
}

/** Puts a requantize by the rule `shift` in the place of another. */
export function substituteShift(
  node: Node<RequantizeAttributes>,
  scales: readonly Scale[],
  productBits: number,
  rewriter: Rewriter,
): void {
  const [acc] = node.inputs;
  const [output] = node.outputs;
  if (!acc || !output) return;
  const vector = (name: string, dtype: 'int32' | 'int8', of: (scale: Scale) => number): Value => {
    const values = scales.map(of);
    const same = values.every((value) => value === values[0]);
    const kept = same ? values.slice(0, 1) : values;
    return rewriter.constant(`${rewriter.nameOf(output)}.${name}`, tensor(dtype, [kept.length], kept));
  };
  const { axis, min, max, dtype } = node.attributes;
  rewriter.substitute(
    output,
    ops.requantize,
    [
      acc,
      vector('multiplier', 'int32', (scale) => scale.multiplier),
      vector('addend', 'int32', (scale) => scale.addend),
      vector('shift', 'int8', (scale) => scale.shift),
    ],
    { rule: 'shift', axis, inputZeroPoint: 0, zeroPoint: 0, min, max, dtype, productBits },
    { name: node.name, loc: node.loc },
  );
}
