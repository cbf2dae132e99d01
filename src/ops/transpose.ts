import { defineOp, ShapeError } from '../ir/op.ts';
import { stridesOf } from '../ir/tensor.ts';
import { gatherStrided } from './broadcast.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

export type TransposeAttributes = {
  /** Axis i of the output is axis perm[i] of the input. */
  readonly perm: readonly number[];
};

const name = 'transpose';

/** Permutes the axes. */
export const transpose = defineOp<TransposeAttributes>({
  name,
  summary: 'Permutes the axes',
  infer(inputs, { perm }) {
    const [x] = expectInputs(name, inputs, 1);
    const sorted = [...perm].sort((a, b) => a - b);
    if (perm.length !== x.shape.length || sorted.some((axis, i) => axis !== i)) {
      throw new ShapeError(`${name}: [${perm.join(',')}] permutes no tensor of rank ${x.shape.length}`);
    }
    return [
      resultType(
        name,
        x.dtype,
        perm.map((axis) => x.shape[axis] ?? 0),
      ),
    ];
  },
  evaluate(inputs, { perm }, [output]) {
    const [x] = atLeast(inputs, 1);
    const strides = stridesOf(x.type.shape);
    return [
      gatherStrided(
        x.type.dtype,
        x.data,
        output?.shape ?? [],
        perm.map((axis) => strides[axis] ?? 0),
        0,
      ),
    ];
  },
});
