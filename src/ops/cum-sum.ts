import { createData, isWide, type DataType } from '../ir/data-type.ts';
import { defineOp } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { atLeast, expectAxis, expectDtype, expectInputs, resultType } from './type-checks.ts';

export type CumSumAttributes = {
  readonly axis: number;
  /** Leaves each element out of its own sum. */
  readonly exclusive: boolean;
  /** Adds from the end of the axis. */
  readonly reverse: boolean;
};

const name = 'cum_sum';
const allowed: readonly DataType[] = ['float32', 'float64', 'int32', 'uint32', 'int64', 'uint64'];

/**
 * Sums of all elements up to each position along an axis, same type and shape. Integers wrap; floats are rounded to
 * their type after every sum, from the first element on.
 */
export const cumSum = defineOp<CumSumAttributes>({
  name,
  summary: 'Running sums along an axis',
  infer(inputs, { axis }) {
    const [x] = expectInputs(name, inputs, 1);
    expectDtype(name, 'the input', x, allowed);
    expectAxis(name, axis, x.shape.length);
    return [resultType(name, x.dtype, x.shape)];
  },
  evaluate(inputs, { axis, exclusive, reverse }) {
    const [x] = atLeast(inputs, 1);
    const { dtype, shape } = x.type;
    const extent = shape[axis] ?? 1;
    const inner = elementCount(shape.slice(axis + 1));
    const sums = createData(dtype, x.data.length);
    // One element of the type: writing to it rounds or wraps.
    const sum = createData(dtype, 1);
    for (let start = 0; start < x.data.length; start += extent * inner) {
      for (let lane = 0; lane < inner; lane++) {
        sum.fill((isWide(dtype) ? 0n : 0) as never);
        for (let i = 0; i < extent; i++) {
          const at = start + (reverse ? extent - 1 - i : i) * inner + lane;
          if (exclusive) sums[at] = sum[0] as never;
          sum[0] = (sum[0] as number) + (x.data[at] as number);
          if (!exclusive) sums[at] = sum[0];
        }
      }
    }
    return [sums];
  },
});
