import { defineUnary } from './element-wise.ts';

export type EluAttributes = { readonly alpha: number };

/** x where x ≥ 0, else alpha·(e^x − 1). */
export const elu = defineUnary<EluAttributes>({
  name: 'elu',
  summary: 'x, or alpha·(e^x − 1) where negative',
  inexact: true,
  real:
    ({ alpha }) =>
    (x) =>
      x < 0 ? alpha * Math.expm1(x) : x,
});
