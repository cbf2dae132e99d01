import { defineUnary } from './element-wise.ts';

export type CoshAttributes = Record<string, never>;

/** Hyperbolic cosine. */
export const cosh = defineUnary<CoshAttributes>({
  name: 'cosh',
  summary: 'Hyperbolic cosine',
  inexact: true,
  real: () => Math.cosh,
});
