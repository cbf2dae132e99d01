import { createData, integerRange, isInteger, isWide } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount, stridesOf } from '../ir/tensor.ts';
import { atLeast, expectIntegers, expectInputs, expectOneOf, resultType } from './type-checks.ts';

export type PadAttributes = {
  /** Before each axis, then after each axis. */
  readonly pads: readonly number[];
  /** What mode `constant` puts there. */
  readonly value: number;
  /** `reflect` mirrors without the edge, `symmetric` with it, `wrap` goes on at the other end. */
  readonly mode: 'constant' | 'reflect' | 'symmetric' | 'edge' | 'wrap';
};

const name = 'pad';

/** Elements around a tensor: a constant, a mirror image, the edge repeated, or the tensor itself again. */
export const pad = defineOp<PadAttributes>({
  name,
  summary: 'Puts elements around a tensor',
  infer(inputs, { pads, value, mode }) {
    const [x] = expectInputs(name, inputs, 1);
    const rank = x.shape.length;
    expectIntegers(name, 'pads', pads, 2 * rank, 0);
    expectOneOf(name, 'mode', mode, ['constant', 'reflect', 'symmetric', 'edge', 'wrap']);
    if (isInteger(x.dtype)) {
      const { min, max } = integerRange(x.dtype);
      if (!Number.isInteger(value) || value < min || value > max) {
        throw new ShapeError(`${name}: value ${value} on ${x.dtype}`);
      }
    }
    const shape = x.shape.map((extent, axis) => {
      const [before, after] = [pads[axis] ?? 0, pads[axis + rank] ?? 0];
      const most = largestPad(mode, extent);
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

/** Most elements that a mode can put on one side of an axis. */
function largestPad(mode: PadAttributes['mode'], extent: number): number {
  if (mode === 'reflect') return extent - 1;
  if (mode === 'symmetric') return extent;
  return mode === 'constant' || extent > 0 ? Infinity : 0;
}

function sourceIndex(index: number, size: number, mode: PadAttributes['mode']): number {
  if (index >= 0 && index < size) return index;
  if (mode === 'constant') return -1;
  if (mode === 'edge') return index < 0 ? 0 : size - 1;
  if (mode === 'wrap') return ((index % size) + size) % size;
  const edge = mode === 'symmetric' ? 1 : 0;
  return index < 0 ? -index - edge : 2 * (size - 1) - index + edge;
}
