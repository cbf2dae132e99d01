import { defineUnary } from './element-wise.ts';

export type AcosAttributes = Record<string, never>;

/** Arc cosine. */
export const acos = defineUnary<AcosAttributes>({
  name: 'acos',
  summary: 'Arc cosine',
  inexact: true,
  real: () => Math.acos,
});
