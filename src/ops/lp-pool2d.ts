import type { DataType } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { lpPool } from './pool-loops.ts';
import { poolWindow } from './pool-window.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

export type LpPool2dAttributes = {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly ceilMode: boolean;
  /** Order of the norm, at least 1. */
  readonly p: number;
};

const name = 'lp_pool2d';
const allowed: readonly DataType[] = ['float32', 'float64'];

/** (Σ|x|^p)^(1/p) over each window of [N,C,H,W], summed in row-major order; padding adds nothing. */
export const lpPool2d = defineOp<LpPool2dAttributes>({
  name,
  summary: 'Lp norm of each window',
  inexact: true,
  infer(inputs, attributes) {
    const [x] = expectInputs(name, inputs, 1);
    const { p } = attributes;
    if (!(p >= 1 && Number.isFinite(p))) throw new ShapeError(`${name}: a norm of order ${p}`);
    return [resultType(name, x.dtype, poolWindow(name, x, allowed, attributes).shape)];
  },
  evaluate(inputs, attributes) {
    const [x] = atLeast(inputs, 1);
    return [lpPool(x, poolWindow(name, x.type, allowed, attributes).axes, attributes.p)];
  },
});
