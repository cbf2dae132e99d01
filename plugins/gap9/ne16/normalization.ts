import { constantNumbers, type Value } from 'match-compiler';
import type { Convolution } from '../convolution.ts';

/**
 * What the engine does with a raw sum Σ x·w of output channel c, in 32 bits:
 * clip((sum · scale[c] + bias[c]) >> shift[c]), the shift rounding down.
 */
export interface Normalization {
  /** Bits of each scale in memory. */
  readonly scaleBits: 8 | 16 | 32;
  readonly scale: readonly number[];
  /** Absent where all are 0. */
  readonly bias: readonly number[] | undefined;
  /** One for the layer, or one per channel. */
  readonly shift: number | readonly number[];
}

const int32Limit = 2 ** 31;

/**
 * The normalization that gives the region's output from raw sums: zero points, the convolution's bias and the
 * requantize's addend come together in one bias per channel. Undefined where the raw sums are the output; a text
 * where the engine has no such normalization.
 *
 * @param weightSums Σ (w − weightZeroPoint) per output channel
 */
export function normalizationOf(
  convolution: Convolution,
  weightSums: readonly number[],
): Normalization | undefined | string {
  const { requantize, bias, inputZeroPoint, outputChannels } = convolution;
  const biases = perChannel(bias, outputChannels);
  const offsets = weightSums.map((sum, c) => (biases?.[c] ?? 0) - inputZeroPoint * sum);
  if (!requantize) {
    if (offsets.every((offset) => offset === 0)) return undefined;
    // Sums wrap in 32 bits, here as there.
    return { scaleBits: 8, scale: offsets.map(() => 1), bias: offsets.map((offset) => offset | 0), shift: 0 };
  }
  const [, ...constants] = requantize.inputs;
  const [multipliers, addends, shifts] = constants.map((value) => perChannel(value, outputChannels));
  if (!multipliers || !addends || !shifts) return 'scales by constants that are not one per channel';
  const negative = multipliers.find((multiplier) => multiplier < 0);
  if (negative !== undefined) return `scales by ${negative}, and the engine by no negative number`;
  const outside = shifts.find((shift) => shift < 0 || shift > 31);
  if (outside !== undefined) return `shifts by ${outside}, and the engine by 0 to 31`;
  const { scale, addend, shift } = reduced(multipliers, addends, shifts);
  const folded = scale.map((factor, c) => (addend[c] ?? 0) + factor * (offsets[c] ?? 0));
  const large = folded.find((value) => Math.abs(value) >= int32Limit);
  if (large !== undefined) return `needs a bias of ${large} behind the scale, which is beyond 32 bits`;
  const largest = scale.reduce((a, b) => Math.max(a, b), 0);
  const uniform = shift.every((bits) => bits === shift[0]);
  return {
    scaleBits: largest < 2 ** 8 ? 8 : largest < 2 ** 16 ? 16 : 32,
    scale,
    bias: folded.some((value) => value !== 0) ? folded : undefined,
    shift: uniform ? (shift[0] ?? 0) : shift,
  };
}

/**
 * Smaller scales with the same result: ⌊(a·2m + b) / 2^s⌋ is ⌊(a·m + ⌊b/2⌋) / 2^(s−1)⌋. All channels alike where they
 * share a shift, so that they go on sharing it.
 */
function reduced(
  multipliers: readonly number[],
  addends: readonly number[],
  shifts: readonly number[],
): { readonly scale: number[]; readonly addend: number[]; readonly shift: number[] } {
  const spare = multipliers.map((multiplier, c) => Math.min(factorsOfTwo(multiplier), shifts[c] ?? 0));
  const shared = shifts.every((shift) => shift === shifts[0]);
  const common = spare.reduce((a, b) => Math.min(a, b), 31);
  const by = spare.map((own) => (shared ? common : own));
  return {
    scale: multipliers.map((multiplier, c) => multiplier / 2 ** (by[c] ?? 0)),
    addend: addends.map((addend, c) => Math.floor(addend / 2 ** (by[c] ?? 0))),
    shift: shifts.map((shift, c) => shift - (by[c] ?? 0)),
  };
}

function factorsOfTwo(value: number): number {
  return value === 0 ? 31 : 31 - Math.clz32(value & -value);
}

function perChannel(value: Value | undefined, channels: number): readonly number[] | undefined {
  const numbers = constantNumbers(value);
  if (numbers?.length === channels) return numbers;
  return numbers?.length === 1 ? new Array<number>(channels).fill(numbers[0] ?? 0) : undefined;
}
