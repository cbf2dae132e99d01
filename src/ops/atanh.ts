import { defineUnary } from './element-wise.ts';

export type AtanhAttributes = Record<string, never>;

/** Inverse hyperbolic tangent. */
export const atanh = defineUnary<AtanhAttributes>({
  name: 'atanh',
  summary: 'Inverse hyperbolic tangent',
  inexact: true,
  real: () => Math.atanh,
});
