import { defineUnary } from './element-wise.ts';

export type CosAttributes = Record<string, never>;

/** Cosine. */
export const cos = defineUnary<CosAttributes>({
  name: 'cos',
  summary: 'Cosine',
  inexact: true,
  real: () => Math.cos,
});
