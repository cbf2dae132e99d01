import { createData } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { broadcastData, broadcastShapes } from './broadcast.ts';
import { atLeast, expectAxis, expectDtype, expectInputs, resultType } from './type-checks.ts';

export type LayerNormAttributes = {
  readonly axis: number;
  readonly epsilon: number;
};

const name = 'layer_norm';

/**
 * Every row along an axis with mean 0 and variance 1: (x − mean)/√(variance + epsilon)·scale + bias; scale and bias,
 * optional, broadcast to x. Sums run along the row from 0 on; every step is rounded to the type.
 */
export const layerNorm = defineOp<LayerNormAttributes>({
  name,
  summary: 'Normalisation of rows by their own mean and variance',
  infer(inputs, { axis, epsilon }) {
    const [x, ...parameters] = expectInputs(name, inputs, 1, 3);
    expectDtype(name, 'the input', x, ['float32', 'float64']);
    expectAxis(name, axis, x.shape.length);
    if (!(epsilon >= 0 && Number.isFinite(epsilon))) throw new ShapeError(`${name}: epsilon is ${epsilon}`);
    for (const parameter of parameters) {
      expectDtype(name, 'a parameter', parameter, [x.dtype]);
      const shape = broadcastShapes(name, parameter.shape, x.shape);
      if (shape.join() !== x.shape.join()) {
        throw new ShapeError(
          `${name}: a parameter of shape [${parameter.shape.join(',')}] for [${x.shape.join(',')}]`,
        );
      }
    }
    return [resultType(name, x.dtype, x.shape)];
  },
  evaluate(inputs, { axis, epsilon }) {
    const [x, scale, bias] = atLeast(inputs, 1);
    const { shape, dtype } = x.type;
    const round = dtype === 'float32' ? Math.fround : (value: number): number => value;
    const data = x.data as Float32Array;
    const [factors, offsets] = [scale, bias].map(
      (parameter) =>
        parameter && (broadcastData(dtype, parameter.data, parameter.type.shape, shape) as Float32Array),
    );
    const result = createData(dtype, data.length);
    const extent = shape[axis] ?? 1;
    const inner = elementCount(shape.slice(axis + 1));
    for (let row = 0; row < data.length / extent; row++) {
      const first = Math.floor(row / inner) * extent * inner + (row % inner);
      const last = first + extent * inner;
      let sum = 0;
      for (let at = first; at < last; at += inner) sum = round(sum + (data[at] ?? 0));
      const mean = round(sum / extent);
      let squares = 0;
      for (let at = first; at < last; at += inner) {
        const centred = round((data[at] ?? 0) - mean);
        squares = round(squares + round(centred * centred));
      }
      const deviation = round(Math.sqrt(round(round(squares / extent) + round(epsilon))));
      for (let at = first; at < last; at += inner) {
        const normal = round(round((data[at] ?? 0) - mean) / deviation);
        const scaled = round(normal * (factors?.[at] ?? 1));
        result[at] = offsets ? scaled + (offsets[at] ?? 0) : scaled;
      }
    }
    return [result];
  },
});
