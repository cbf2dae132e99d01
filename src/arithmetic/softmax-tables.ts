import { exponentialOfNegative, roundingDivideByPowerOfTwo } from './fixed-point.ts';
import { quantizeMultiplier, requantizeDouble } from './requantize.ts';

/** e^(−inputScale·d) in float32 for d = max − x = 0 … 255: the table of TFLite's 8-bit softmax. */
export function softmaxFloatTable(inputScale: number): Float32Array {
  const scale = Math.fround(inputScale);
  return Float32Array.from({ length: 256 }, (_, d) => Math.exp(Math.fround(-scale * d)));
}

/** e^(−inputScale·d) in float64 for d = max − x = 0 … 255. */
export function softmaxRealTable(inputScale: number): Float64Array {
  return Float64Array.from({ length: 256 }, (_, d) => Math.exp(-inputScale * d));
}

/** Exponentials of TFLite Micro's fixed-point softmax, by d = max − x = 0 … 255. */
export interface FixedPointSoftmaxTable {
  /** e^(−inputScale·d) with 31 fractional bits; 0 where the difference is below the range of the format. */
  readonly exponentials: Int32Array;
  /** The same with 19 fractional bits, rounded: what the sum over a row adds up. */
  readonly terms: Int32Array;
}

const differenceBits = 5;

/** Integer bits of the sum of `terms`, the second argument of `fixedPointReciprocal`. */
export const softmaxAccumulationBits = 12;

/** Longest row whose sum of `terms` cannot overflow. */
export const softmaxLongestFixedPointRow = 2 ** softmaxAccumulationBits - 1;

/** Table of the softmax of TFLite Micro and CMSIS-NN: differences with 5 integer bits, sums with 12. */
export function softmaxFixedPointTable(inputScale: number): FixedPointSoftmaxTable {
  // From 2^30 on every difference but 0 gives less than a step, so that larger factors need no larger shift.
  const { multiplier, shift } = quantizeMultiplier(
    Math.min(inputScale * 2 ** (31 - differenceBits), 2 ** 30 - 1),
  );
  const largest = Math.floor(((2 ** differenceBits - 1) * 2 ** (31 - differenceBits)) / 2 ** shift);
  const exponentials = Int32Array.from({ length: 256 }, (_, d) =>
    d > largest ? 0 : exponentialOfNegative(requantizeDouble(-d, multiplier, shift), differenceBits),
  );
  return {
    exponentials,
    terms: exponentials.map((value) => roundingDivideByPowerOfTwo(value, softmaxAccumulationBits)),
  };
}
