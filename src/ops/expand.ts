import { defineOp, ShapeError } from '../ir/op.ts';
import { sameShape } from '../ir/tensor.ts';
import { broadcastData, broadcastShapes } from './broadcast.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

export type ExpandAttributes = {
  /** That the input broadcasts to. */
  readonly shape: readonly number[];
};

const name = 'expand';

/** The elements repeated to a shape, by numpy's broadcasting. */
export const expand = defineOp<ExpandAttributes>({
  name,
  summary: 'Repeats a tensor to a larger shape',
  infer(inputs, { shape }) {
    const [x] = expectInputs(name, inputs, 1);
    if (!sameShape(broadcastShapes(name, x.shape, shape), shape)) {
      throw new ShapeError(`${name}: [${x.shape.join(',')}] does not grow to [${shape.join(',')}]`);
    }
    return [resultType(name, x.dtype, shape)];
  },
  evaluate(inputs, { shape }) {
    const [x] = atLeast(inputs, 1);
    const data = broadcastData(x.type.dtype, x.data, x.type.shape, shape);
    return [data === x.data ? data.slice() : data];
  },
});
