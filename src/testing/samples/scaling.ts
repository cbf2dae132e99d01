import type { DataType } from '../../ir/data-type.ts';
import { integerRange } from '../../ir/data-type.ts';
import type { Value } from '../../ir/graph.ts';
import * as ops from '../../ops/index.ts';
import type { SampleBuilder } from '../sample-builder.ts';

/** What may stand behind a sum: nothing, a clip, or a requantize by one of the rules. */
export const epilogues = [
  'none',
  'clip',
  'single',
  'double',
  'real-even',
  'floor',
  'shift',
  // One shift for all channels, no multiplier, the bias as addend.
  'plain-shift',
] as const;

export type Epilogue = (typeof epilogues)[number];

/**
 * Scales sums of about ±`reach` along `axis` into 8 bits, so that some results are clipped.
 * @param dtype of the result
 */
export function scaled(
  b: SampleBuilder,
  sum: Value,
  epilogue: Epilogue,
  { axis, reach, dtype }: { readonly axis: number; readonly reach: number; readonly dtype: DataType },
): Value {
  if (epilogue === 'none') return sum;
  if (epilogue === 'clip') {
    const limit = Math.max(2, Math.floor(reach / 3));
    return b.node(ops.clip, [sum], { min: -limit, max: limit });
  }
  const { min, max } = integerRange(dtype);
  const channels = sum.type.shape[axis] ?? 1;
  const count = epilogue === 'plain-shift' || b.integer(0, 3) === 0 ? 1 : channels;
  const each = (make: () => number): number[] => Array.from({ length: count }, make);
  // Powers of two make ties, where rules of rounding differ.
  const withTies = b.integer(0, 3) === 0;
  const factor = (): number =>
    withTies ? 2 ** -Math.round(Math.log2(reach / 160)) : (160 / reach) * (0.5 + b.integer(0, 100) / 100);
  const byShift = epilogue === 'shift' || epilogue === 'plain-shift';
  const attributes = {
    rule: epilogue === 'plain-shift' ? ('shift' as const) : epilogue,
    axis,
    inputZeroPoint: 0,
    zeroPoint: byShift ? 0 : b.integer(-9, 9) + (min + max + 1) / 2,
    min: b.pick([min, dtype === 'int8' && !byShift ? -100 : min]),
    max: b.pick([max, max - 20]),
    dtype,
  };
  switch (epilogue) {
    case 'single':
    case 'double': {
      const scales = each(factor);
      const shifts = scales.map((scale) => Math.floor(Math.log2(scale)) + 1);
      const multipliers = scales.map((scale, i) =>
        Math.min(2 ** 31 - 1, Math.floor((scale / 2 ** (shifts[i] ?? 0)) * 2 ** 31)),
      );
      return b.node(
        ops.requantize,
        [sum, b.values('int32', multipliers), b.values('int8', shifts)],
        attributes,
      );
    }
    case 'real-even': {
      const numerators = b.values(
        'float64',
        each(() => factor() * 0.0625),
      );
      return b.node(ops.requantize, [sum, numerators], { ...attributes, denominator: 0.0625 });
    }
    case 'floor': {
      const divisor = 2 ** b.integer(12, 16);
      const constants = [
        b.values(
          'int32',
          each(() => Math.max(1, Math.round(factor() * divisor))),
        ),
        b.values(
          'int32',
          each(() => b.integer(-9, 9) * divisor),
        ),
      ];
      return b.node(ops.requantize, [sum, ...constants], { ...attributes, divisor });
    }
    default: {
      const plain = epilogue === 'plain-shift';
      const shifts = each(
        () => Math.max(0, Math.round(Math.log2(reach / 160))) + (plain ? 0 : b.integer(4, 6)),
      );
      const multipliers = shifts.map((shift) =>
        plain ? 1 : Math.max(1, Math.min(255, Math.round(factor() * 2 ** shift))),
      );
      const centre = dtype === 'uint8' ? 128 : 0;
      const addends = shifts.map((shift) => (plain ? 0 : (centre + b.integer(-9, 9)) * 2 ** shift));
      return b.node(
        ops.requantize,
        [sum, b.values('int32', multipliers), b.values('int32', addends), b.values('int8', shifts)],
        { ...attributes, productBits: 31 },
      );
    }
  }
}
