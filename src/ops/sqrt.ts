import { defineUnary } from './element-wise.ts';

export type SqrtAttributes = Record<string, never>;

/** Square root, correctly rounded. */
export const sqrt = defineUnary<SqrtAttributes>({
  name: 'sqrt',
  summary: 'Square root',
  real: () => Math.sqrt,
});
