import { createData } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { atLeast, expectDtype, expectInputs, expectOneOf, resultType } from './type-checks.ts';

export type QuantizedSigmoidAttributes = {
  readonly form: 'logistic' | 'tanh';
  /** Brings x to steps of 1/(3·4096): (x·multiplier + half) >> shift. In 1 … 32767. */
  readonly multiplier: number;
  /** In 0 … 31. */
  readonly shift: number;
};

const name = 'quantized_sigmoid';

/**
 * Logistic function or tanh of int16 with an output scale of 2^−15, interpolated between the 256 entries of a table of
 * the logistic function at i/24, in steps of 2^−16: TFLite's kernels for int16
 * (tensorflow/lite/kernels/internal/reference/integer_ops/logistic.h and tanh.h). tanh(x) = 2·logistic(2x) − 1.
 */
export const quantizedSigmoid = defineOp<QuantizedSigmoidAttributes>({
  name,
  summary: 'Logistic function or tanh of int16, from a table',
  elementwise: true,
  infer(inputs, { form, multiplier, shift }) {
    const [x, table] = expectInputs(name, inputs, 2);
    expectDtype(name, 'the input', x, ['int16']);
    expectDtype(name, 'the table', table, ['uint16']);
    expectOneOf(name, 'form', form, ['logistic', 'tanh']);
    const known = Number.isInteger(multiplier) && multiplier > 0 && multiplier < 2 ** 15;
    if (elementCount(table.shape) !== 256 || !known || !(shift >= 0 && shift <= 31)) {
      throw new ShapeError(
        `${name}: a table of ${elementCount(table.shape)}, ${multiplier} shifted by ${shift}`,
      );
    }
    return [resultType(name, 'int16', x.shape)];
  },
  evaluate(inputs, { form, multiplier, shift }) {
    const [x, table] = atLeast(inputs, 2);
    const entries = table.data as Uint16Array;
    const half = shift > 0 ? 2 ** (shift - 1) : 0;
    // Bits of the fraction between two entries; tanh runs through the table twice as fast.
    const bits = form === 'tanh' ? 8 : 9;
    const result = createData('int16', x.data.length);
    for (let i = 0; i < result.length; i++) {
      const scaled = Math.floor((Number(x.data[i]) * multiplier + half) / 2 ** shift);
      const size = Math.abs(scaled);
      const at = size >> bits;
      const low = entries[at] ?? 0;
      const between = low * 2 ** bits + (size % 2 ** bits) * ((entries[at + 1] ?? 0) - low);
      if (form === 'tanh') {
        const value = at >= 255 ? 0xffff * 2 ** 8 : between;
        result[i] = scaled >= 0 ? (value - 2 ** 23 + 2 ** 7) >> 8 : (-value + 2 ** 23 + 2 ** 7 - 1) >> 8;
      } else {
        const value = at >= 255 ? 0x7fff * 2 ** 10 : between;
        result[i] = (scaled >= 0 ? value + 2 ** 9 : 2 ** 25 - value + 2 ** 9 - 1) >> 10;
      }
    }
    return [result];
  },
});
