import { createData } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { stridesOf } from '../ir/tensor.ts';
import { atLeast, expectAxis, expectDtype, expectInputs, resultType } from './type-checks.ts';

export type GatherElementsAttributes = { readonly axis: number };

const name = 'gather_elements';

/**
 * out[i…] = x[i…] with the index along `axis` replaced by indices[i…] (int32 or int64, negative ones count from the
 * end); the result has the shape of the indices. Evaluation throws a ShapeError for an index outside the axis.
 */
export const gatherElements = defineOp<GatherElementsAttributes>({
  name,
  summary: 'Picks single elements along an axis by index',
  infer(inputs, { axis }) {
    const [x, indices] = expectInputs(name, inputs, 2);
    const rank = x.shape.length;
    expectAxis(name, axis, rank);
    expectDtype(name, 'the index', indices, ['int32', 'int64']);
    const fits =
      indices.shape.length === rank &&
      indices.shape.every((extent, i) => i === axis || extent <= (x.shape[i] ?? 0));
    if (!fits) {
      throw new ShapeError(`${name}: indices [${indices.shape.join(',')}] for [${x.shape.join(',')}]`);
    }
    return [resultType(name, x.dtype, indices.shape)];
  },
  evaluate(inputs, { axis }) {
    const [x, indices] = atLeast(inputs, 2);
    const strides = stridesOf(x.type.shape);
    const own = stridesOf(indices.type.shape);
    const extent = x.type.shape[axis] ?? 0;
    const result = createData(x.type.dtype, indices.data.length);
    for (let at = 0; at < result.length; at++) {
      const index = Number(indices.data[at]);
      const pick = index < 0 ? index + extent : index;
      if (pick < 0 || pick >= extent) throw new ShapeError(`${name}: index ${index} on an axis of ${extent}`);
      let rest = at;
      let from = pick * (strides[axis] ?? 0);
      own.forEach((stride, i) => {
        if (i !== axis) from += Math.floor(rest / stride) * (strides[i] ?? 0);
        rest %= stride;
      });
      result[at] = x.data[from] as never;
    }
    return [result];
  },
});
