import { createData, type TensorData } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { sameShape } from '../ir/tensor.ts';
import { broadcastData, broadcastShapes } from './broadcast.ts';
import { atLeast, expectDtype, expectInputs, resultType } from './type-checks.ts';

export type PreluAttributes = Record<string, never>;

const name = 'prelu';

/** x where x ≥ 0, else slope·x; slope [broadcastable to x]. */
export const prelu = defineOp<PreluAttributes>({
  name,
  summary: 'x, or slope·x where negative',
  elementwise: true,
  infer(inputs) {
    const [x, slope] = expectInputs(name, inputs, 2);
    expectDtype(name, 'the input', x, ['float32', 'float64']);
    expectDtype(name, 'the slope', slope, [x.dtype]);
    if (!sameShape(broadcastShapes(name, x.shape, slope.shape), x.shape)) {
      throw new ShapeError(`${name}: slope of shape [${slope.shape.join(',')}] for [${x.shape.join(',')}]`);
    }
    return [resultType(name, x.dtype, x.shape)];
  },
  evaluate(inputs) {
    const [x, slope] = atLeast(inputs, 2);
    const data = x.data as Float32Array;
    const slopes = broadcastData(
      slope.type.dtype,
      slope.data,
      slope.type.shape,
      x.type.shape,
    ) as Float32Array;
    const result: TensorData = createData(x.type.dtype, data.length);
    for (let i = 0; i < data.length; i++) {
      const value = data[i] ?? 0;
      result[i] = value < 0 ? value * (slopes[i] ?? 0) : value;
    }
    return [result];
  },
});
