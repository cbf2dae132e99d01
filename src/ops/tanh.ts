import { defineUnary } from './element-wise.ts';

export type TanhAttributes = Record<string, never>;

/** Hyperbolic tangent. */
export const tanh = defineUnary<TanhAttributes>({
  name: 'tanh',
  summary: 'Hyperbolic tangent',
  inexact: true,
  real: () => Math.tanh,
});
