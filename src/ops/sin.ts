import { defineUnary } from './element-wise.ts';

export type SinAttributes = Record<string, never>;

/** Sine. */
export const sin = defineUnary<SinAttributes>({
  name: 'sin',
  summary: 'Sine',
  inexact: true,
  real: () => Math.sin,
});
