import { quantizeMultiplier, requantizeDouble, requantizeSingle, type Rounding } from 'match-compiler';
import type { TensorScale } from '../operator-operands.ts';
import { table } from './float.ts';

/**
 * TFLite's quantized LEAKY_RELU (tensorflow/lite/kernels/internal/reference/leaky_relu.h): one factor for each sign,
 * both computed in float32, each product rounded by the rule. The sign of a negative alpha is taken out of its factor.
 */
export function leakyReluTable(
  alpha: number,
  input: TensorScale,
  output: TensorScale,
  rounding: Rounding,
): Int8Array | Uint8Array {
  const multiply = rounding === 'tflm-double' ? requantizeDouble : requantizeSingle;
  const positive = quantizeMultiplier(Math.fround(input.scale / output.scale));
  const slope = Math.fround(Math.fround(input.scale * alpha) / output.scale);
  const negative = quantizeMultiplier(Math.abs(slope));
  return table(input, output, (q) => {
    const x = q - input.zeroPoint;
    if (x >= 0) return multiply(x, positive.multiplier, positive.shift) + output.zeroPoint;
    const scaled = multiply(x, negative.multiplier, negative.shift);
    return (slope < 0 ? -scaled : scaled) + output.zeroPoint;
  });
}
