import { defineUnary } from './element-wise.ts';

export type AcoshAttributes = Record<string, never>;

/** Inverse hyperbolic cosine. */
export const acosh = defineUnary<AcoshAttributes>({
  name: 'acosh',
  summary: 'Inverse hyperbolic cosine',
  inexact: true,
  real: () => Math.acosh,
});
