import type { DataType } from 'match-compiler';
import { operatorQuantization } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import { isTfliteRounding } from '../quantized.ts';
import { weightsInput } from './weights.ts';

/** Scales and zero points of a quantized layer with weights. */
export interface LayerScales {
  readonly inputScale: number;
  /** One, or one per output channel. */
  readonly weightScales: readonly number[];
  readonly inputZeroPoint: number;
  readonly weightZeroPoint: number;
}

/**
 * The scales of a convolution or fully connected layer on 8 or 16-bit activations; undefined for other types.
 * @param channelAxis axis of the output channels among those of the weights
 * @param floatProduct whether TFLite's kernel multiplies the two scales in float32, as it does for one scale per
 *   tensor in FULLY_CONNECTED and for uint8 (GetQuantizedConvolutionMultipler)
 * @throws {MatchError} QUANTIZATION_INVALID
 */
export function layerScales(
  operator: OperatorImport,
  input: DataType,
  weights: DataType,
  channelAxis: number,
  floatProduct = input === 'uint8',
): LayerScales | undefined {
  const signed = (input === 'int8' || input === 'int16') && weights === 'int8';
  if (!signed && !(input === 'uint8' && weights === 'uint8')) return undefined;
  const x = operator.inputScale(0);
  const { scale, zeroPoint } = operator.channelScales(weightsInput, channelAxis);
  const [first = 0] = zeroPoint;
  const uneven = zeroPoint.some((value) => value !== first) || (first !== 0 && (signed || scale.length > 1));
  if (uneven)
    throw operatorQuantization(
      operator,
      operator.inputTensor(weightsInput).name,
      `has the zero point ${first}`,
    );
  if (input === 'int16' && x.zeroPoint !== 0) {
    throw operatorQuantization(
      operator,
      operator.inputTensor(0).name,
      `has the zero point ${x.zeroPoint} in 16 bits`,
    );
  }
  const zeroPoints = { inputZeroPoint: x.zeroPoint, weightZeroPoint: first };
  const [only = 1, ...others] = scale;
  if (floatProduct && others.length === 0 && isTfliteRounding(operator.rounding)) {
    return { inputScale: Math.fround(x.scale * only), weightScales: [1], ...zeroPoints };
  }
  return { inputScale: x.scale, weightScales: scale, ...zeroPoints };
}
