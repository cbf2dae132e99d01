import { ops, type Tensor, type Value } from 'match-compiler';
import { notSupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';

/** Index of the weights among the inputs of convolutions and fully connected layers. */
export const weightsInput = 1;

/** A constant with its axes in another order. */
export function permuted(tensor: Tensor, perm: readonly number[]): Tensor {
  const [type] = ops.transpose.infer([tensor.type], { perm });
  const [data] = type ? ops.transpose.evaluate([tensor], { perm }, [type]) : [];
  if (!type || !data) throw new TypeError('transpose has no output');
  const { quantization } = tensor.type;
  if (!quantization) return { type, data };
  const axis = quantization.axis === undefined ? undefined : perm.indexOf(quantization.axis);
  return { type: { ...type, quantization: { ...quantization, ...(axis !== undefined && { axis }) } }, data };
}

/**
 * Weights of a float operator. 8-bit weights of a float operator (dynamic range quantization) become what they stand
 * for; TFLite's kernels would round the activations as well, differently for every input.
 */
export function floatWeights(operator: OperatorImport, weights: Tensor, channelAxis: number): Tensor {
  const { dtype, shape } = weights.type;
  if (dtype === 'float32') return weights;
  if (dtype !== 'int8' && dtype !== 'uint8')
    throw notSupported(operator, `weights of ${dtype} with float activations`);
  operator.note('weights stored in 8 bits for float operators are dequantized: activations stay float32');
  const { scale, zeroPoint } = operator.channelScales(weightsInput, channelAxis);
  const inner = shape.slice(channelAxis + 1).reduce((product, extent) => product * extent, 1);
  const data = Float32Array.from(weights.data as Int8Array, (value, i) => {
    const channel = scale.length === 1 ? 0 : Math.floor(i / inner) % scale.length;
    return (value - (zeroPoint[channel] ?? 0)) * (scale[channel] ?? 0);
  });
  return { type: { dtype: 'float32', shape }, data };
}

/** Bias of the wanted type; undefined when there is none. @throws {MatchError} FEATURE_UNSUPPORTED */
export function biasOf(operator: OperatorImport, dtype: 'int32' | 'int64' | 'float32'): Value | undefined {
  const bias = operator.optionalInput(2);
  if (bias && bias.type.dtype !== dtype)
    throw notSupported(operator, `a bias of ${bias.type.dtype} instead of ${dtype}`);
  return bias;
}
