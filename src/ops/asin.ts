import { defineUnary } from './element-wise.ts';

export type AsinAttributes = Record<string, never>;

/** Arc sine. */
export const asin = defineUnary<AsinAttributes>({
  name: 'asin',
  summary: 'Arc sine',
  inexact: true,
  real: () => Math.asin,
});
