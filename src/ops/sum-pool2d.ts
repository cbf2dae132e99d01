import type { DataType } from '../ir/data-type.ts';
import { defineOp } from '../ir/op.ts';
import { sumPool } from './pool-loops.ts';
import { poolWindow } from './pool-window.ts';
import { atLeast, expectInputs, expectZeroPoint, resultType } from './type-checks.ts';

export type SumPool2dAttributes = {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
  readonly ceilMode: boolean;
  readonly inputZeroPoint: number;
};

const name = 'sum_pool2d';
const allowed: readonly DataType[] = ['int8', 'uint8', 'int16', 'uint16', 'int32'];

/** int32 sum of (x − inputZeroPoint) over each window of [N,C,H,W]; padding adds nothing; wraps like C's two's complement. */
export const sumPool2d = defineOp<SumPool2dAttributes>({
  name,
  summary: 'Integer sum of each window, the first half of an exact mean',
  infer(inputs, attributes) {
    const [x] = expectInputs(name, inputs, 1);
    const { shape } = poolWindow(name, x, allowed, { ...attributes, dilations: [1, 1] });
    expectZeroPoint(name, 'the zero point', attributes.inputZeroPoint, x.dtype);
    return [resultType(name, 'int32', shape)];
  },
  evaluate(inputs, attributes) {
    const [x] = atLeast(inputs, 1);
    const { axes } = poolWindow(name, x.type, allowed, { ...attributes, dilations: [1, 1] });
    return [sumPool(x, axes, attributes.inputZeroPoint)];
  },
});
