import { createData } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { atLeast, expectAxis, expectDtype, expectInputs, resultType } from './type-checks.ts';

export type ConcatAttributes = { readonly axis: number };

const name = 'concat';

/** Tensors one after the other along an axis; the other extents agree. */
export const concat = defineOp<ConcatAttributes>({
  name,
  summary: 'Joins tensors along an axis',
  infer(inputs, { axis }) {
    const [first] = expectInputs(name, inputs, 1, Infinity);
    expectAxis(name, axis, first.shape.length);
    let extent = 0;
    for (const type of inputs) {
      expectDtype(name, 'an input', type, [first.dtype]);
      const agrees = (size: number, i: number): boolean => i === axis || size === first.shape[i];
      if (type.shape.length !== first.shape.length || !type.shape.every(agrees)) {
        throw new ShapeError(
          `${name}: [${type.shape.join(',')}] beside [${first.shape.join(',')}] along axis ${axis}`,
        );
      }
      extent += type.shape[axis] ?? 0;
    }
    return [
      resultType(
        name,
        first.dtype,
        first.shape.map((size, i) => (i === axis ? extent : size)),
      ),
    ];
  },
  evaluate(inputs, { axis }, [output]) {
    const [first] = atLeast(inputs, 1);
    const result = createData(first.type.dtype, elementCount(output?.shape ?? [0]));
    const outer = elementCount(first.type.shape.slice(0, axis));
    let at = 0;
    for (let block = 0; block < outer; block++) {
      for (const input of inputs) {
        const run = elementCount(input.type.shape.slice(axis));
        result.set(input.data.subarray(block * run, (block + 1) * run) as never, at);
        at += run;
      }
    }
    return [result];
  },
});
