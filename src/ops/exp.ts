import { defineUnary } from './element-wise.ts';

export type ExpAttributes = Record<string, never>;

/** e^x. */
export const exp = defineUnary<ExpAttributes>({
  name: 'exp',
  summary: 'Exponential',
  inexact: true,
  real: () => Math.exp,
});
