import { defineOp, ShapeError } from '../ir/op.ts';
import { channelOf } from './channel-index.ts';
import { atLeast, expectDtype, expectInputs, resultType } from './type-checks.ts';

export type BatchNormAttributes = { readonly epsilon: number };

const name = 'batch_norm';

/**
 * Batch normalisation with fixed statistics. x [N,C,…], scale, bias, mean, variance [C], all float32.
 * y = (x − mean)·f + bias with f = scale/√(variance + epsilon); every step is rounded to float32.
 */
export const batchNorm = defineOp<BatchNormAttributes>({
  name,
  summary: 'Normalisation per channel with fixed statistics',
  infer(inputs, { epsilon }) {
    const [x, ...parameters] = expectInputs(name, inputs, 5);
    expectDtype(name, 'the input', x, ['float32']);
    if (x.shape.length < 2)
      throw new ShapeError(`${name}: the input has rank ${x.shape.length}, not 2 or more`);
    for (const parameter of parameters) {
      expectDtype(name, 'a parameter', parameter, ['float32']);
      if (parameter.shape.length !== 1 || parameter.shape[0] !== x.shape[1]) {
        throw new ShapeError(
          `${name}: a parameter of shape [${parameter.shape.join(',')}] for ${x.shape[1]} channels`,
        );
      }
    }
    if (!(epsilon >= 0 && Number.isFinite(epsilon))) throw new ShapeError(`${name}: epsilon is ${epsilon}`);
    return [resultType(name, 'float32', x.shape)];
  },
  evaluate(inputs, { epsilon }) {
    const [x, scale, bias, mean, variance] = atLeast(inputs, 5);
    const data = x.data as Float32Array;
    const [biases, means] = [bias.data as Float32Array, mean.data as Float32Array];
    const factors = batchNormFactors(scale.data as Float32Array, variance.data as Float32Array, epsilon);
    const result = new Float32Array(data.length);
    // A lone channel still has an axis, so the count of constants is no guide here.
    const { inner } = channelOf(x.type.shape, 1, Infinity);
    const extent = x.type.shape[1] ?? 1;
    for (let i = 0; i < data.length; i++) {
      const channel = Math.floor(i / inner) % extent;
      const centred = Math.fround((data[i] ?? 0) - (means[channel] ?? 0));
      result[i] = Math.fround(centred * (factors[channel] ?? 0)) + (biases[channel] ?? 0);
    }
    return [result];
  },
});

/** scale/√(variance + epsilon) per channel, in float32 steps. */
export function batchNormFactors(scale: Float32Array, variance: Float32Array, epsilon: number): Float32Array {
  return scale.map((s, channel) => {
    const deviation = Math.fround(Math.sqrt(Math.fround((variance[channel] ?? 0) + Math.fround(epsilon))));
    return s / deviation;
  });
}
