import { defineUnary } from './element-wise.ts';

export type SigmoidAttributes = Record<string, never>;

/** 1/(1 + e^−x). */
export const sigmoid = defineUnary<SigmoidAttributes>({
  name: 'sigmoid',
  summary: 'Logistic function',
  inexact: true,
  real: () => (x) => 1 / (1 + Math.exp(-x)),
});
