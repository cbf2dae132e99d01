import { quantizeMultiplier, roundingDivideByPowerOfTwo } from 'match-compiler';
import type { TensorScale } from '../operator-operands.ts';
import { table } from './float.ts';

const max16 = 32767;
const min16 = -32768;

/**
 * TFLite's quantized HARD_SWISH in 16-bit fixed point (tensorflow/lite/kernels/internal/reference/hard_swish.h):
 * x·clamp(x/6 + 1/2, 0, 1), with x scaled by 2^7 first. Undefined where the output scale is finer than 1/128 of the
 * input's, which the kernel refuses.
 */
export function hardSwishTable(input: TensorScale, output: TensorScale): Int8Array | Uint8Array | undefined {
  const fineScale = Math.fround(input.scale / 128);
  const toOutput = quantizeMultiplier(Math.fround(fineScale / output.scale));
  if (toOutput.shift > 0) return undefined;
  // On the scale of the clamp, 3.0 is 2^15.
  const toClamp = quantizeMultiplier(Math.fround(fineScale / Math.fround(3 / 32768)));
  const outputFactor = upperHalf(toOutput.multiplier);
  const clampFactor = upperHalf(toClamp.multiplier);
  return table(input, output, (q) => {
    const fine = (q - input.zeroPoint) * 128;
    const scaled = roundingHighProduct(fine, outputFactor);
    let position = fine;
    if (toClamp.shift > 0) position = saturate(position * 2 ** (toClamp.shift - 1));
    position = roundingHighProduct(position, clampFactor);
    if (toClamp.shift > 0) position = saturate(position * 2);
    if (toClamp.shift < 0) position = roundingDivideByPowerOfTwo(position, -toClamp.shift);
    const factor = (position + 2 ** 15) >> 1;
    // This product rounds toward zero, to cancel the bias of the two above.
    const product = Math.trunc((factor * scaled) / 2 ** 15);
    return roundingDivideByPowerOfTwo(product, -toOutput.shift) + output.zeroPoint;
  });
}

/** A 31-bit multiplier in 15 bits, rounded. */
function upperHalf(multiplier: number): number {
  return Math.min(max16, (multiplier + 2 ** 15) >> 16);
}

function saturate(value: number): number {
  return Math.min(max16, Math.max(min16, value));
}

/** a·b/2^15, rounded to nearest: gemmlowp's SaturatingRoundingDoublingHighMul of 16 bits. */
function roundingHighProduct(a: number, b: number): number {
  if (a === min16 && b === min16) return max16;
  const product = a * b;
  return Math.trunc((product + (product >= 0 ? 2 ** 14 : 1 - 2 ** 14)) / 2 ** 15);
}
