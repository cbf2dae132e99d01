import { createData } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { atLeast, expectAxis, expectDtype, expectInputs, resultType } from './type-checks.ts';

export type GatherAttributes = { readonly axis: number };

const name = 'gather';

/**
 * Slices of x along `axis`, picked by indices (int32 or int64, negative ones count from the end):
 * shape x[:axis] + indices + x[axis+1:]. Evaluation throws a ShapeError for an index outside the axis.
 */
export const gather = defineOp<GatherAttributes>({
  name,
  summary: 'Picks slices along an axis by index',
  infer(inputs, { axis }) {
    const [x, indices] = expectInputs(name, inputs, 2);
    expectAxis(name, axis, x.shape.length);
    expectDtype(name, 'the index', indices, ['int32', 'int64']);
    return [
      resultType(name, x.dtype, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]),
    ];
  },
  evaluate(inputs, { axis }) {
    const [x, indices] = atLeast(inputs, 2);
    const { shape, dtype } = x.type;
    const outer = elementCount(shape.slice(0, axis));
    const inner = elementCount(shape.slice(axis + 1));
    const extent = shape[axis] ?? 0;
    const picks = Array.from(indices.data as ArrayLike<number | bigint>, (index) => {
      const pick = Number(index) < 0 ? Number(index) + extent : Number(index);
      if (pick < 0 || pick >= extent) throw new ShapeError(`${name}: index ${index} on an axis of ${extent}`);
      return pick;
    });
    const result = createData(dtype, outer * picks.length * inner);
    let at = 0;
    for (let block = 0; block < outer; block++) {
      for (const pick of picks) {
        const from = (block * extent + pick) * inner;
        result.set(x.data.subarray(from, from + inner) as never, at);
        at += inner;
      }
    }
    return [result];
  },
});
