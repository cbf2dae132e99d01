import type { HardwareRequantization } from 'match-compiler';
import type { AffineChannel } from './affine.ts';

/** (acc·multiplier + addend) >> shift. */
export interface Scale {
  readonly multiplier: number;
  readonly addend: number;
  readonly shift: number;
}

/** The sums that a channel can have. */
export interface SumRange {
  readonly min: number;
  readonly max: number;
}

const int32Limit = 2 ** 31;

/** Every product and every sum of a product and the addend stays below 2^productBits in magnitude. */
export function productsFit({ multiplier, addend }: Scale, range: SumRange, productBits: number): boolean {
  const limit = 2 ** productBits;
  const products = [range.min * multiplier, range.max * multiplier];
  return (
    Math.abs(addend) < int32Limit &&
    products.every((product) => Math.abs(product) < limit && Math.abs(product + addend) < limit)
  );
}

/**
 * The scale with this shift that is nearest to a real one; undefined where its multiplier or its products are
 * too wide.
 */
export function scaleWithShift(
  { factor, offset, half }: AffineChannel,
  shift: number,
  range: SumRange,
  limits: HardwareRequantization,
): Scale | undefined {
  const unit = 2 ** shift;
  const multiplier = Math.round(factor * unit);
  if (multiplier < 0 || multiplier >= 2 ** limits.scaleBits) return undefined;
  const addend = Math.floor((offset + half) * unit);
  const scale = { multiplier, addend, shift };
  return productsFit(scale, range, limits.productBits) ? scale : undefined;
}

/** How far a scaled sum can be from its real value before rounding, in steps of the result. */
export function scaleError(
  { multiplier, shift }: Scale,
  { factor }: Pick<AffineChannel, 'factor'>,
  { min, max }: SumRange,
): number {
  return Math.abs(multiplier / 2 ** shift - factor) * Math.max(Math.abs(min), Math.abs(max));
}

/**
 * The scales of least error, one per channel: with a shift of their own, or with one for all, as the hardware
 * has it. Undefined where some channel has none.
 */
export function leastErrorScales(
  channels: readonly AffineChannel[],
  ranges: readonly SumRange[],
  limits: HardwareRequantization,
): readonly Scale[] | undefined {
  const shifts = Array.from({ length: limits.largestShift + 1 }, (_, shift) => shift);
  const scaleOf = (channel: AffineChannel, i: number, shift: number): Scale | undefined => {
    const range = ranges[i] ?? { min: 0, max: 0 };
    return scaleWithShift(channel, shift, range, limits);
  };
  const errorOf = (scale: Scale, i: number): number =>
    scaleError(scale, channels[i] ?? { factor: 0 }, ranges[i] ?? { min: 0, max: 0 });
  if (!limits.perChannelShift) {
    const options = shifts.flatMap((shift) => {
      const scales = channels.flatMap((channel, i) => scaleOf(channel, i, shift) ?? []);
      return scales.length === channels.length ? [scales] : [];
    });
    return least(options, (scales) =>
      scales.reduce((most, scale, i) => Math.max(most, errorOf(scale, i)), 0),
    );
  }
  const scales = channels.flatMap((channel, i) => {
    const options = shifts.flatMap((shift) => scaleOf(channel, i, shift) ?? []);
    return least(options, (scale) => errorOf(scale, i)) ?? [];
  });
  return scales.length === channels.length ? scales : undefined;
}

/** The first of the options with the least value. */
function least<T>(options: readonly T[], valueOf: (option: T) => number): T | undefined {
  let best: { readonly option: T; readonly value: number } | undefined;
  for (const option of options) {
    const value = valueOf(option);
    if (!best || value < best.value) best = { option, value };
  }
  return best?.option;
}
