import { createData } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { atLeast, expectAxis, expectIntegers, expectInputs, resultType } from './type-checks.ts';

export type SplitAttributes = {
  readonly axis: number;
  /** Extents of the parts. */
  readonly sizes: readonly number[];
};

const name = 'split';

/** Consecutive parts along an axis, one output each. */
export const split = defineOp<SplitAttributes>({
  name,
  summary: 'Cuts a tensor into parts along an axis',
  infer(inputs, { axis, sizes }) {
    const [x] = expectInputs(name, inputs, 1);
    expectAxis(name, axis, x.shape.length);
    expectIntegers(name, 'sizes', sizes, sizes.length, 0);
    const sum = sizes.reduce((total, size) => total + size, 0);
    if (sum !== x.shape[axis])
      throw new ShapeError(`${name}: sizes [${sizes.join(',')}] of an axis of ${x.shape[axis]}`);
    return sizes.map((size) =>
      resultType(
        name,
        x.dtype,
        x.shape.map((extent, i) => (i === axis ? size : extent)),
      ),
    );
  },
  evaluate(inputs, { axis, sizes }) {
    const [x] = atLeast(inputs, 1);
    const { shape, dtype } = x.type;
    const outer = elementCount(shape.slice(0, axis));
    const inner = elementCount(shape.slice(axis + 1));
    const stride = (shape[axis] ?? 0) * inner;
    let start = 0;
    return sizes.map((size) => {
      const run = size * inner;
      const part = createData(dtype, outer * run);
      for (let block = 0; block < outer; block++) {
        const from = block * stride + start;
        part.set(x.data.subarray(from, from + run) as never, block * run);
      }
      start += run;
      return part;
    });
  },
});
