import { defineOp } from '../ir/op.ts';
import type { MaxPool2dAttributes } from './max-pool2d.ts';
import { maxPoolIndices, maxPoolTypes } from './pool-loops.ts';
import { poolWindow } from './pool-window.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

export type MaxPool2dIndicesAttributes = MaxPool2dAttributes & {
  /** Positions in a plane are counted down its columns, not along its rows. */
  readonly columnMajor: boolean;
};

const name = 'max_pool2d_indices';

/**
 * `max_pool2d` with a second output: where in the whole tensor each element lies, int64, counted in the order
 * N,C,H,W (or N,C,W,H). Of equal elements the first counts, of several NaN the last; −1 for a window without any
 * element.
 */
export const maxPool2dIndices = defineOp<MaxPool2dIndicesAttributes>({
  name,
  summary: 'Largest element of each window and where it lies',
  infer(inputs, attributes) {
    const [x] = expectInputs(name, inputs, 1);
    const { shape } = poolWindow(name, x, maxPoolTypes, attributes);
    return [resultType(name, x.dtype, shape), resultType(name, 'int64', shape)];
  },
  evaluate(inputs, attributes) {
    const [x] = atLeast(inputs, 1);
    return maxPoolIndices(x, poolWindow(name, x.type, maxPoolTypes, attributes).axes, attributes.columnMajor);
  },
});
