import { defineOp } from '../ir/op.ts';
import { maxPool, maxPoolTypes } from './pool-loops.ts';
import { poolWindow } from './pool-window.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

export type MaxPool2dAttributes = {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly ceilMode: boolean;
};

const name = 'max_pool2d';

/**
 * Largest element of each window of [N,C,H,W]; padding never wins. A window without any element (dilation may step
 * over all of them) gives the lowest value of the type. NaN is the largest.
 */
export const maxPool2d = defineOp<MaxPool2dAttributes>({
  name,
  summary: 'Largest element of each window',
  infer(inputs, attributes) {
    const [x] = expectInputs(name, inputs, 1);
    return [resultType(name, x.dtype, poolWindow(name, x, maxPoolTypes, attributes).shape)];
  },
  evaluate(inputs, attributes) {
    const [x] = atLeast(inputs, 1);
    const { axes, shape } = poolWindow(name, x.type, maxPoolTypes, attributes);
    return [maxPool(x, axes, { dtype: x.type.dtype, shape })];
  },
});
