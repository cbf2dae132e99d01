import { defineUnary } from './element-wise.ts';

export type SinhAttributes = Record<string, never>;

/** Hyperbolic sine. */
export const sinh = defineUnary<SinhAttributes>({
  name: 'sinh',
  summary: 'Hyperbolic sine',
  inexact: true,
  real: () => Math.sinh,
});
