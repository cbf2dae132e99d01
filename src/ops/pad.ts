import { createData, integerRange, isInteger, isWide } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount, stridesOf } from '../ir/tensor.ts';
import { atLeast, expectIntegers, expectInputs, expectOneOf, resultType } from './type-checks.ts';

export type PadAttributes = {
  /** Before each axis, then after each axis. */
  readonly pads: readonly number[];
  /** What mode `constant` puts there. */
  readonly value: number;
  readonly mode: 'constant' | 'reflect' | 'edge';
};

const name = 'pad';

/** Elements around a tensor: a constant, the mirror image without the edge (`reflect`), or the edge repeated. */
export const pad = defineOp<PadAttributes>({
  name,
  summary: 'Puts elements around a tensor',
  infer(inputs, { pads, value, mode }) {
    const [x] = expectInputs(name, inputs, 1);
    const rank = x.shape.length;
    expectIntegers(name, 'pads', pads, 2 * rank, 0);
    expectOneOf(name, 'mode', mode, ['constant', 'reflect', 'edge']);
    if (isInteger(x.dtype)) {
      const { min, max } = integerRange(x.dtype);
      if (!Number.isInteger(value) || value < min || value > max) {
        throw new ShapeError(`${name}: value ${value} on ${x.dtype}`);
      }
    }
    const shape = x.shape.map((extent, axis) => {
      const [before, after] = [pads[axis] ?? 0, pads[axis + rank] ?? 0];
      const most = mode === 'reflect' ? extent - 1 : mode === 'edge' && extent === 0 ? 0 : Infinity;
      if (Math.max(before, after) > Math.max(0, most)) {
        throw new ShapeError(`${name}: ${mode} by ${before} and ${after} on an axis of ${extent}`);
      }
      return extent + before + after;
    });
    return [resultType(name, x.dtype, shape)];
  },
  evaluate(inputs, { pads, value, mode }, [output]) {
    const [x] = atLeast(inputs, 1);
    const target = output?.shape ?? [];
    const result = createData(x.type.dtype, elementCount(target));
    if (result.length === 0) return [result];
    const fill = (isWide(x.type.dtype) ? BigInt(value) : value) as never;
    const strides = stridesOf(x.type.shape);
    // Per axis: where each index of the output comes from, as an offset in the input; −1 for the constant.
    const sources = target.map((extent, axis) => {
      const size = x.type.shape[axis] ?? 0;
      return Array.from({ length: extent }, (_, i) => {
        const from = sourceIndex(i - (pads[axis] ?? 0), size, mode);
        return from < 0 ? -1 : from * (strides[axis] ?? 0);
      });
    });
    let at = 0;
    const visit = (axis: number, offset: number): void => {
      const list = sources[axis];
      if (!list) {
        result[at++] = offset < 0 ? fill : (x.data[offset] as never);
        return;
      }
      for (const from of list) visit(axis + 1, offset < 0 || from < 0 ? -1 : offset + from);
    };
    visit(0, 0);
    return [result];
  },
});

function sourceIndex(index: number, size: number, mode: PadAttributes['mode']): number {
  if (index >= 0 && index < size) return index;
  if (mode === 'constant') return -1;
  if (mode === 'edge') return index < 0 ? 0 : size - 1;
  return index < 0 ? -index : 2 * (size - 1) - index;
}
