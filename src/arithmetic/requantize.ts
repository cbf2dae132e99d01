import { doublingHighMultiply, roundingDivideByPowerOfTwo } from './fixed-point.ts';

/** A positive real factor as multiplier·2^(shift − 31). */
export interface QuantizedMultiplier {
  /** In 2^30 … 2^31 − 1, or 0. */
  readonly multiplier: number;
  /** In −31 … 30. */
  readonly shift: number;
}

/**
 * The nearest multiplier of 31 bits to a real factor, ties away from zero (TFLite's QuantizeMultiplier). Factors
 * below 2^−32 become 0.
 * @throws {RangeError} when the factor is negative, not finite or at least 2^30
 */
export function quantizeMultiplier(real: number): QuantizedMultiplier {
  if (!(real >= 0 && real < 2 ** 30)) throw new RangeError(`no multiplier for the factor ${real}`);
  if (real === 0) return { multiplier: 0, shift: 0 };
  let shift = Math.floor(Math.log2(real)) + 1;
  // log2 may round across a power of two.
  while (real * 2 ** -shift >= 1) shift++;
  while (real * 2 ** -shift < 0.5) shift--;
  let multiplier = Math.round(real * 2 ** -shift * 2 ** 31);
  if (multiplier === 2 ** 31) {
    multiplier /= 2;
    shift++;
  }
  if (shift < -31) return { multiplier: 0, shift: 0 };
  if (shift > 30) throw new RangeError(`no multiplier for the factor ${real}`);
  return { multiplier, shift };
}

/** 2^i for i = 0 … 62: variable powers are slow to compute. */
const powers = Float64Array.from({ length: 63 }, (_, i) => 2 ** i) as ArrayLike<number>;

/** 2^exponent for 0 … 62. */
function power(exponent: number): number {
  return powers[exponent] as number;
}

/**
 * Single rounding: (x·q + 2^(30 − shift)) >> (31 − shift), exact (the 64-bit product included) wherever the result is
 * a safe integer. x an integer of up to 33 bits, q an int32, shift in −31 … 30.
 */
export function requantizeSingle(x: number, q: number, shift: number): number {
  // x·q in two parts of less than 2^53 each: high·2^16 + low.
  const high = x * (q >> 16);
  const low = x * (q & 0xffff);
  const bits = 31 - shift;
  if (bits <= 16) return high * power(16 - bits) + Math.floor((low + power(bits - 1)) / power(bits));
  // The half is a multiple of 2^16 here, so the low 16 bits of the sum cannot reach the result.
  return Math.floor((high + Math.floor(low / 65536) + power(bits - 17)) / power(bits - 16));
}

/**
 * Double rounding (gemmlowp, TFLite Micro, CMSIS-NN): h = round(x·2^max(shift, 0)·q/2^31), ties up, then
 * h/2^max(−shift, 0) rounded to nearest, ties away from zero. x an int32, and x·2^max(shift, 0) wraps in 32 bits.
 */
export function requantizeDouble(x: number, q: number, shift: number): number {
  const shifted = shift > 0 ? x << shift : x | 0;
  const doubled = doublingHighMultiply(shifted, q);
  return shift >= 0 ? doubled : roundingDivideByPowerOfTwo(doubled, -shift);
}
