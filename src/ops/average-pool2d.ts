import type { DataType } from '../ir/data-type.ts';
import { defineOp } from '../ir/op.ts';
import { averagePool } from './pool-loops.ts';
import { poolWindow } from './pool-window.ts';
import { atLeast, expectInputs, expectOneOf, expectZeroPoint, resultType } from './type-checks.ts';

export type AveragePool2dAttributes = {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  /** Height, width; 1 when absent. */
  readonly dilations?: readonly number[];
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
  readonly ceilMode: boolean;
  /** Divide by the positions in the padded input instead of those in the input. */
  readonly countIncludePad: boolean;
  readonly rounding: 'float' | 'half-away' | 'floor';
  /** Of integers: what stands for 0 in the input and in the result; 0 when absent. */
  readonly zeroPoint?: number;
};

const name = 'average_pool2d';
const integers: readonly DataType[] = ['int8', 'uint8', 'int16', 'uint16', 'int32'];

function window(
  x: Parameters<typeof poolWindow>[1],
  attributes: AveragePool2dAttributes,
): ReturnType<typeof poolWindow> {
  const allowed: readonly DataType[] = attributes.rounding === 'float' ? ['float32', 'float64'] : integers;
  return poolWindow(name, x, allowed, { ...attributes, dilations: attributes.dilations ?? [1, 1] });
}

/**
 * Mean of each window of [N,C,H,W], same type. `float`: the sum in row-major order from 0, one division, in the type.
 * `half-away`: integer mean, ties away from zero (TFLite). `floor`: ⌊sum/count⌋. Windows hanging over the padded
 * input (`ceilMode`) never count those positions. Integers: the mean of x − zeroPoint is rounded, then zeroPoint is
 * added; positions in the padding count as zeroPoint.
 */
export const averagePool2d = defineOp<AveragePool2dAttributes>({
  name,
  summary: 'Mean of each window',
  infer(inputs, attributes) {
    const [x] = expectInputs(name, inputs, 1);
    expectOneOf(name, 'rounding', attributes.rounding, ['float', 'half-away', 'floor']);
    expectZeroPoint(name, 'the zero point', attributes.zeroPoint ?? 0, x.dtype);
    return [resultType(name, x.dtype, window(x, attributes).shape)];
  },
  evaluate(inputs, attributes) {
    const [x] = atLeast(inputs, 1);
    return [averagePool(x, window(x.type, attributes).axes, attributes)];
  },
});
