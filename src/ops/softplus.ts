import { defineUnary } from './element-wise.ts';

export type SoftplusAttributes = Record<string, never>;

/** ln(1 + e^x), written so that it does not overflow. */
export const softplus = defineUnary<SoftplusAttributes>({
  name: 'softplus',
  summary: 'ln(1 + e^x)',
  inexact: true,
  real: () => (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
});
