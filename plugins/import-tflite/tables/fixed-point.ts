import {
  exponentialOfNegative,
  doublingHighMultiply,
  quantizeMultiplier,
  requantizeDouble,
  roundingDivideByPowerOfTwo,
  type QuantizedMultiplier,
} from 'match-compiler';
import type { TensorScale } from '../operator-operands.ts';
import { table } from './float.ts';

/**
 * LOGISTIC and TANH on int8 as TFLite Micro computes them (tensorflow/lite/kernels/internal/reference/integer_ops/
 * logistic.h and tanh.h), in gemmlowp's fixed point: inputs with 4 integer bits, results with none.
 */

const inputBits = 4;
const one = 2 ** 31 - 1;

/** Output scale 1/256, zero point −128. */
export function fixedPointLogisticTable(input: TensorScale): Int8Array | Uint8Array {
  const { factor, radius } = scaling(input);
  return table(input, { ...input, dtype: 'int8' }, (q) => {
    const x = q - input.zeroPoint;
    if (x <= -radius) return -128;
    if (x >= radius) return 127;
    return (
      roundingDivideByPowerOfTwo(logistic(requantizeDouble(x, factor.multiplier, factor.shift)), 23) - 128
    );
  });
}

/** Output scale 1/128, zero point 0. */
export function fixedPointTanhTable(input: TensorScale): Int8Array | Uint8Array {
  const { factor, radius } = scaling(input);
  return table(input, { ...input, dtype: 'int8' }, (q) => {
    const x = q - input.zeroPoint;
    if (x <= -radius) return -128;
    if (x >= radius) return 127;
    return roundingDivideByPowerOfTwo(tanh(requantizeDouble(x, factor.multiplier, factor.shift)), 24);
  });
}

/** The factor to 27 fractional bits, and the distance from zero at which the format ends. */
function scaling(input: TensorScale): { readonly factor: QuantizedMultiplier; readonly radius: number } {
  const factor = quantizeMultiplier(input.scale * 2 ** (31 - inputBits));
  const range = (2 ** inputBits - 1) * 2 ** (31 - inputBits);
  return { factor, radius: Math.floor(range / 2 ** factor.shift) };
}

function logistic(x: number): number {
  if (x === 0) return 2 ** 30;
  const positive = reciprocalOfOnePlus(exponentialOfNegative(-Math.abs(x), inputBits));
  return x > 0 ? positive : one - positive;
}

function tanh(x: number): number {
  if (x === 0) return 0;
  // Twice the argument: the same integer with one more bit before the point.
  const positive = oneMinusOverOnePlus(exponentialOfNegative(-Math.abs(x), inputBits + 1));
  return x < 0 ? -positive : positive;
}

/** 1/(1 + a) for a in [0, 1). */
function reciprocalOfOnePlus(a: number): number {
  return saturatedShift(reciprocalOfHalf(halfOfOnePlus(a)), 1);
}

/** (1 − a)/(1 + a) for a in [0, 1): 2/(1 + a) − 1. */
function oneMinusOverOnePlus(a: number): number {
  return saturatedShift(reciprocalOfHalf(halfOfOnePlus(a)) - 2 ** 29, 2);
}

function halfOfOnePlus(a: number): number {
  return Math.floor((a + one + 1) / 2);
}

/** 1/d for d in [1/2, 1], with two integer bits: three Newton–Raphson steps from 48/17 − 32/17·d. */
function reciprocalOfHalf(d: number): number {
  let x = 1515870810 + doublingHighMultiply(d, -1010580540);
  for (let step = 0; step < 3; step++) {
    const rest = 2 ** 29 - doublingHighMultiply(d, x);
    x = (x + saturatedShift(doublingHighMultiply(x, rest), 2)) | 0;
  }
  return x;
}

function saturatedShift(value: number, bits: number): number {
  return Math.max(-(2 ** 31), Math.min(one, value * 2 ** bits));
}
