import { requantizeDouble } from '../arithmetic/requantize.ts';
import { createData } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { atLeast, expectAxis, expectDtype, expectElements, expectInputs, resultType } from './type-checks.ts';

export type QuantizedSoftmax16Attributes = {
  readonly axis: number;
  /** Brings differences to steps of 10/65535, as multiplier·2^(shift − 31) with two roundings. */
  readonly multiplier: number;
  readonly shift: number;
};

const name = 'quantized_softmax16';

/**
 * Softmax of int16 along an axis with an output scale of 2^−15, from tables of 513 entries of e^x on −10 … 0 and of
 * 1/(1 + x) on 0 … 1, in steps of 2^−15 (SoftmaxInt16 in tensorflow/lite/kernels/internal/reference/softmax.h).
 */
export const quantizedSoftmax16 = defineOp<QuantizedSoftmax16Attributes>({
  name,
  summary: 'Softmax of int16 along an axis, from tables',
  infer(inputs, { axis, multiplier, shift }) {
    const [x, ...tables] = expectInputs(name, inputs, 3);
    expectDtype(name, 'the input', x, ['int16']);
    expectElements(name, 'the input', x);
    expectAxis(name, axis, x.shape.length);
    for (const table of tables) {
      expectDtype(name, 'a table', table, ['int16']);
      if (elementCount(table.shape) !== 513)
        throw new ShapeError(`${name}: a table of [${table.shape.join()}]`);
    }
    if (!Number.isInteger(multiplier) || multiplier < 0 || multiplier >= 2 ** 31 || Math.abs(shift) > 31) {
      throw new ShapeError(`${name}: ${multiplier} shifted by ${shift}`);
    }
    return [resultType(name, 'int16', x.shape)];
  },
  evaluate(inputs, { axis, multiplier, shift }) {
    const [x, exponentials, reciprocals] = atLeast(inputs, 3);
    const data = x.data as Int16Array;
    const extent = x.type.shape[axis] ?? 1;
    const inner = elementCount(x.type.shape.slice(axis + 1));
    const result = createData('int16', data.length);
    for (let at = 0; at < data.length / extent; at++) {
      const first = Math.floor(at / inner) * extent * inner + (at % inner);
      const row = Array.from({ length: extent }, (_, i) => data[first + i * inner] ?? 0);
      const largest = row.reduce((most, value) => Math.max(most, value), -32768);
      const powers = row.map((value) =>
        lookUp(exponentials.data, saturate(requantizeDouble(value - largest, multiplier, shift) + 32767)),
      );
      const sum = powers.reduce((total, value) => total + value, 0);
      const headroom = Math.clz32(sum);
      const shifted = Math.floor((sum * 2 ** (headroom - 1) + 2 ** 13) / 2 ** 14);
      const reciprocal = lookUp(reciprocals.data, saturate(shifted - 2 ** 15 - 2 ** 16));
      const bits = 31 - headroom;
      powers.forEach((value, i) => {
        const scaled = Math.floor((value * reciprocal + 2 ** (bits - 1)) / 2 ** bits);
        result[first + i * inner] = Math.min(32767, Math.max(0, scaled));
      });
    }
    return [result];
  },
});

const saturate = (value: number): number => Math.min(32767, Math.max(-32768, value));

/** Between entries 128 apart, of which the first stands for −32768. */
function lookUp(table: { readonly [index: number]: number | bigint }, value: number): number {
  const index = 256 + (value >> 7);
  const base = Number(table[index]);
  return base + (((Number(table[index + 1]) - base) * (value & 0x7f) + 64) >> 7);
}
