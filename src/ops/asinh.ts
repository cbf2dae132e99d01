import { defineUnary } from './element-wise.ts';

export type AsinhAttributes = Record<string, never>;

/** Inverse hyperbolic sine. */
export const asinh = defineUnary<AsinhAttributes>({
  name: 'asinh',
  summary: 'Inverse hyperbolic sine',
  inexact: true,
  real: () => Math.asinh,
});
