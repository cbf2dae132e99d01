import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

export type ReshapeAttributes = { readonly shape: readonly number[] };

const name = 'reshape';

/** The same elements in row-major order under another shape. */
export const reshape = defineOp<ReshapeAttributes>({
  name,
  summary: 'Same elements, other shape',
  view: true,
  infer(inputs, { shape }) {
    const [x] = expectInputs(name, inputs, 1);
    const result = resultType(name, x.dtype, shape);
    if (elementCount(shape) !== elementCount(x.shape)) {
      throw new ShapeError(
        `${name}: [${x.shape.join(',')}] has ${elementCount(x.shape)} elements, [${shape.join(',')}] has ${elementCount(shape)}`,
      );
    }
    return [result];
  },
  evaluate: (inputs) => [atLeast(inputs, 1)[0].data.slice()],
});
