/**
 * Fixed-point functions of the gemmlowp library (github.com/google/gemmlowp, fixedpoint.h), as TFLite Micro's
 * softmax uses them. A number with i integer bits is an int32 raw value r that stands for r·2^(i − 31).
 */

const int32Max = 2 ** 31 - 1;
const int32Min = -(2 ** 31);

/** r/2^exponent of an int32, rounded to nearest, ties away from zero; 0 for exponents above 31. */
export function roundingDivideByPowerOfTwo(value: number, exponent: number): number {
  if (exponent > 31) return 0;
  const mask = ((1 << exponent) - 1) | 0;
  const threshold = (mask >> 1) + (value < 0 ? 1 : 0);
  return (value >> exponent) + ((value & mask) > threshold ? 1 : 0);
}

/**
 * a·b·2^−31 rounded to nearest, ties up, saturated: gemmlowp's saturating rounding doubling high multiply. It is the raw
 * product of two fixed-point numbers.
 */
export function doublingHighMultiply(a: number, b: number): number {
  if (a === int32Min && b === int32Min) return int32Max;
  // b = upper·2^16 + low keeps every partial product below 2^53.
  const upper = b >> 16;
  const high = a * upper + Math.floor((a * (b & 0xffff)) / 65536);
  return Math.floor((high + 16384) / 32768);
}

/** Saturated r·2^exponent. */
function shiftLeft(value: number, exponent: number): number {
  return Math.max(int32Min, Math.min(int32Max, value * 2 ** exponent));
}

const expOfMinusEighth = 1895147668;
const third = 715827883;

/** e^a for a in [−1/4, 0) without integer bits: the Taylor polynomial of degree 4 around −1/8. */
function exponentialOfSmall(a: number): number {
  const x = a + 2 ** 28;
  const x2 = doublingHighMultiply(x, x);
  const x3 = doublingHighMultiply(x2, x);
  const x4 = doublingHighMultiply(x2, x2);
  const higher = doublingHighMultiply(roundingDivideByPowerOfTwo(x4, 2) + x3, third);
  const tail = roundingDivideByPowerOfTwo(higher + x2, 1);
  return (expOfMinusEighth + doublingHighMultiply(expOfMinusEighth, x + tail)) | 0;
}

/** e^(−2^k) with 31 fractional bits for k = −2 … 4. */
const exponentialsOfPowers: readonly (readonly [k: number, factor: number])[] = [
  [-2, 1672461947],
  [-1, 1302514674],
  [0, 790015084],
  [1, 290630308],
  [2, 39332535],
  [3, 720401],
  [4, 242],
];

/** e^a for a ≤ 0 with at most 5 integer bits; the result has none, so that e^0 is 2^31 − 1. */
export function exponentialOfNegative(a: number, integerBits: number): number {
  if (a === 0) return int32Max;
  const fractionBits = 31 - integerBits;
  const quarter = 2 ** (fractionBits - 2);
  const small = (a & (quarter - 1)) - quarter;
  let result = exponentialOfSmall(shiftLeft(small, integerBits));
  const rest = (small - a) | 0;
  for (const [k, factor] of exponentialsOfPowers) {
    if (k < integerBits && (rest & (1 << (fractionBits + k))) !== 0)
      result = doublingHighMultiply(result, factor);
  }
  return result;
}

/**
 * 1/d for d in [1/2, 1] without integer bits; the result has two. Newton–Raphson, three steps from the line
 * 48/17 − 32/17·d.
 */
export function reciprocalOfHalf(d: number): number {
  let x = 1515870810 + doublingHighMultiply(d, -1010580540);
  for (let step = 0; step < 3; step++) {
    const rest = 2 ** 29 - doublingHighMultiply(d, x);
    x = (x + shiftLeft(doublingHighMultiply(x, rest), 2)) | 0;
  }
  return x;
}

/** 1/(1 + a) for a in [0, 1) without integer bits. */
function reciprocalOfOnePlus(a: number): number {
  return shiftLeft(reciprocalOfHalf(Math.floor((a + int32Max + 1) / 2)), 1);
}

/** 1/sum for a positive sum with `integerBits`: `scale`/2^31 · 2^−bitsOverUnit, with scale in [2^30, 2^31). */
export function fixedPointReciprocal(
  sum: number,
  integerBits: number,
): { readonly scale: number; readonly bitsOverUnit: number } {
  const headroom = Math.clz32(sum);
  const fraction = (sum * 2 ** headroom - 2 ** 31) | 0;
  return { scale: reciprocalOfOnePlus(fraction), bitsOverUnit: integerBits - headroom };
}
