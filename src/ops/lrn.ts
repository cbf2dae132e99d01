import { createData } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { atLeast, expectDtype, expectInputs, expectIntegers, resultType } from './type-checks.ts';

export type LrnAttributes = {
  /** Channels that count, the own one in the middle; of an even number the further one is behind it. */
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
};

const name = 'lrn';

/**
 * Local response normalisation of x [N,C,…]: x/(bias + alpha/size · Σ x²)^beta over neighbouring channels, those that
 * exist, in ascending order.
 */
export const lrn = defineOp<LrnAttributes>({
  name,
  summary: 'Local response normalisation across channels',
  inexact: true,
  infer(inputs, { size }) {
    const [x] = expectInputs(name, inputs, 1);
    expectDtype(name, 'the input', x, ['float32', 'float64']);
    expectIntegers(name, 'size', [size], 1, 1);
    if (x.shape.length < 2)
      throw new ShapeError(`${name}: the input has rank ${x.shape.length}, not 2 or more`);
    return [resultType(name, x.dtype, x.shape)];
  },
  evaluate(inputs, { size, alpha, beta, bias }) {
    const [x] = atLeast(inputs, 1);
    const { shape, dtype } = x.type;
    const round = dtype === 'float32' ? Math.fround : (value: number): number => value;
    const data = x.data as Float32Array;
    const result = createData(dtype, data.length);
    const [, channels = 0] = shape;
    const inner = elementCount(shape.slice(2));
    const factor = round(alpha / size);
    const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
    for (let at = 0; at < data.length; at++) {
      const channel = Math.floor(at / inner) % channels;
      let sum = 0;
      for (let c = Math.max(0, channel - before); c <= Math.min(channels - 1, channel + after); c++) {
        const value = data[at + (c - channel) * inner] ?? 0;
        sum = round(sum + round(value * value));
      }
      const base = round(round(bias) + round(factor * sum));
      result[at] = (data[at] ?? 0) / round(Math.pow(base, round(beta)));
    }
    return [result];
  },
  macs(inputs, _, { size }) {
    return elementCount(inputs[0]?.shape ?? [0]) * size;
  },
});
