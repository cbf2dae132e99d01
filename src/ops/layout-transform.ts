import { defineOp } from '../ir/op.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

export type LayoutTransformAttributes = {
  /** Layouts in text, as `formatLayout` writes them. */
  readonly from: string;
  readonly to: string;
};

const name = 'layout_transform';

/** Another physical layout of the same logical tensor: the identity on logical values. */
export const layoutTransform = defineOp<LayoutTransformAttributes>({
  name,
  summary: 'Other layout in memory, same logical tensor',
  infer(inputs) {
    const [x] = expectInputs(name, inputs, 1);
    return [resultType(name, x.dtype, x.shape)];
  },
  evaluate: (inputs) => [atLeast(inputs, 1)[0].data.slice()],
});
