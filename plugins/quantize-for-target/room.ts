import { integerRange } from 'match-compiler';
import type { Form } from './forms.ts';
import type { Unit } from './layers.ts';
import { channelIn, type Site } from './sites.ts';
import type { TernaryLimits } from './ternary.ts';
import { channelsOf, type Statistics } from './statistics.ts';

/** Room above what samples showed. */
const sampleMargin = 1.1;
/** A factor beyond this would give single steps of the model more than its own noise deserves. */
const largestFactor = 8;
/** Channels in which more elements than this stand at the model's upper bound keep that bound. */
const saturatedShare = 1e-3;

/** What a site can hold. */
export interface Room {
  readonly form: Omit<Form, 'factors'>;
  /** Largest factor per channel. */
  readonly caps: readonly number[];
}

/** Sign, zero and the largest factors of a site. */
export function roomOf(site: Site, statistics: Statistics, ternary: TernaryLimits | undefined): Room {
  const bounds = site.values.map((value) => statistics.of(value).bounds);
  const least = Math.min(...bounds.flatMap(({ min }) => min));
  const zeroPoint = site.zeroPoint ?? least;
  const unsigned = least >= zeroPoint;
  const bits = bitsOf(site, ternary);
  const [low, high] =
    unsigned && bits.unsigned
      ? [0, 2 ** bits.width - 1]
      : [unsigned ? 0 : -(2 ** (bits.width - 1)), 2 ** (bits.width - 1) - 1];
  const clipped = isClipped(site);
  const caps = Array.from({ length: site.channels }, () => largestFactor);
  for (const value of site.values) {
    const { bounds: own, seen } = statistics.of(value);
    for (let i = 0; i < channelsOf(value); i++) {
      const c = channelIn(site, value, i);
      let [min, max] = [(own.min[i] ?? 0) - zeroPoint, (own.max[i] ?? 0) - zeroPoint];
      if (seen && !clipped && (seen.saturated[i] ?? 0) <= saturatedShare) {
        max = Math.min(max, sampleMargin * Math.max(1, (seen.max[i] ?? 0) - zeroPoint));
        min = Math.max(min, sampleMargin * Math.min(-1, (seen.min[i] ?? 0) - zeroPoint));
      }
      const cap = Math.min(max > 0 ? high / max : Infinity, min < 0 ? low / min : Infinity);
      caps[c] = Math.min(caps[c] ?? 1, cap);
    }
  }
  return { form: { zeroPoint, dtype: high > 127 ? 'uint8' : 'int8', low, high, clipped }, caps };
}

/**
 * Bits of the elements. A ternary engine reads some bits of either sign; what it writes is signed, so that results
 * without a sign have one bit less.
 */
function bitsOf(
  { readers, writers }: Site,
  ternary: TernaryLimits | undefined,
): { readonly width: number; readonly unsigned: boolean } {
  const isTernary = (unit: Unit): boolean => unit.kind === 'layer' && unit.ternary !== undefined;
  if (ternary && writers.some(isTernary)) return { width: ternary.outputBits, unsigned: false };
  if (ternary && readers.some(isTernary)) return { width: ternary.inputBits, unsigned: true };
  return { width: 8, unsigned: true };
}

/** Does the model itself bound the results, below the largest value of their type? */
function isClipped({ writers, values }: Site): boolean {
  return writers.some((unit) => {
    const { max } =
      unit.kind === 'mean'
        ? unit.bounds
        : unit.kind === 'addition'
          ? unit.node.attributes
          : unit.requantize.attributes;
    return values.some(({ type }) => max < integerRange(type.dtype).max);
  });
}
