import type { DataType } from '../ir/data-type.ts';
import { quantizeMultiplier, type QuantizedMultiplier } from './requantize.ts';

/** Left shift of the operands of a quantized addition (TFLite): what leaves room for the sum in 32 bits. */
export function addLeftShift(dtype: DataType): number {
  return dtype === 'int16' ? 15 : 20;
}

/** Constants of TFLite's quantized addition. */
export interface AddScales {
  readonly leftShift: number;
  readonly a: QuantizedMultiplier;
  readonly b: QuantizedMultiplier;
  readonly output: QuantizedMultiplier;
}

/**
 * y = R(R((a − za)·2^leftShift, a) + R((b − zb)·2^leftShift, b), output) + zeroPoint with the common scale of twice
 * the larger input scale (TFLite's ADD).
 */
export function addScales(aScale: number, bScale: number, outputScale: number, leftShift: number): AddScales {
  const common = 2 * Math.max(aScale, bScale);
  return {
    leftShift,
    a: quantizeMultiplier(aScale / common),
    b: quantizeMultiplier(bScale / common),
    output: quantizeMultiplier(common / (2 ** leftShift * outputScale)),
  };
}
