import { defineOp } from '../ir/op.ts';
import { atLeast, expectInputs, resultType } from './type-checks.ts';

export type IdentityAttributes = Record<string, never>;

const name = 'identity';

/** The input unchanged. */
export const identity = defineOp<IdentityAttributes>({
  name,
  summary: 'The input unchanged',
  view: true,
  infer(inputs) {
    const [x] = expectInputs(name, inputs, 1);
    return [resultType(name, x.dtype, x.shape)];
  },
  evaluate: (inputs) => [atLeast(inputs, 1)[0].data.slice()],
});
