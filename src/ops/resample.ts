import { createData } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { atLeast, expectAxis, expectDtype, expectInputs, expectRank, resultType } from './type-checks.ts';

export type ResampleAttributes = { readonly axis: number };

const name = 'resample';

/**
 * New samples along an axis, each a weighted sum of old ones: y[…,o,…] = offset[o] + Σ weights[o,t]·x[…,positions[o,t],…]
 * over ascending t. x float32 or float64, positions int32 [O,T], weights [O,T] and offset? [O] of the type of x. Every
 * product and sum is rounded to the type. Interpolation of any kind along one axis.
 * Evaluation throws a ShapeError for a position outside the axis.
 */
export const resample = defineOp<ResampleAttributes>({
  name,
  summary: 'Weighted sums of samples along an axis: interpolation',
  infer(inputs, { axis }) {
    const [x, positions, weights, offset] = expectInputs(name, inputs, 3, 4);
    expectDtype(name, 'the input', x, ['float32', 'float64']);
    expectAxis(name, axis, x.shape.length);
    expectDtype(name, 'the position', positions, ['int32']);
    expectRank(name, 'the positions', positions, 2);
    expectDtype(name, 'the weights', weights, [x.dtype]);
    const [count = 0] = positions.shape;
    const wanted = positions.shape.join();
    if (weights.shape.join() !== wanted) {
      throw new ShapeError(
        `${name}: weights of shape [${weights.shape.join(',')}] for positions of [${wanted}]`,
      );
    }
    if (offset && (offset.dtype !== x.dtype || offset.shape.join() !== String(count))) {
      throw new ShapeError(`${name}: an offset of shape [${offset.shape.join(',')}] for ${count} samples`);
    }
    const shape = x.shape.map((extent, i) => (i === axis ? count : extent));
    return [resultType(name, x.dtype, shape)];
  },
  evaluate(inputs, { axis }) {
    const [x, positions, weights, offset] = atLeast(inputs, 3);
    const { shape, dtype } = x.type;
    const [count = 0, taps = 0] = positions.type.shape;
    const [data, factors] = [x.data as Float32Array, weights.data as Float32Array];
    const from = positions.data as Int32Array;
    const extent = shape[axis] ?? 0;
    const outside = from.find((position) => position < 0 || position >= extent);
    if (outside !== undefined) throw new ShapeError(`${name}: position ${outside} on an axis of ${extent}`);
    const round = dtype === 'float32' ? Math.fround : (value: number): number => value;
    const outer = elementCount(shape.slice(0, axis));
    const inner = elementCount(shape.slice(axis + 1));
    const result = createData(dtype, outer * count * inner) as Float32Array;
    let at = 0;
    for (let block = 0; block < outer; block++) {
      for (let o = 0; o < count; o++) {
        for (let lane = 0; lane < inner; lane++) {
          let sum = Number(offset?.data[o] ?? 0);
          for (let t = o * taps; t < (o + 1) * taps; t++) {
            const sample = data[(block * extent + (from[t] ?? 0)) * inner + lane] ?? 0;
            sum = round(sum + round((factors[t] ?? 0) * sample));
          }
          result[at++] = sum;
        }
      }
    }
    return [result];
  },
  macs(inputs, outputs) {
    return elementCount(outputs[0]?.shape ?? [0]) * (inputs[1]?.shape[1] ?? 0);
  },
});
