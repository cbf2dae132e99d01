import { defineUnary } from './element-wise.ts';

export type LeakyReluAttributes = { readonly alpha: number };

/** x where x ≥ 0, else alpha·x. */
export const leakyRelu = defineUnary<LeakyReluAttributes>({
  name: 'leaky_relu',
  summary: 'x, or alpha·x where negative',
  real({ alpha }, round) {
    const slope = round(alpha);
    return (x) => (x < 0 ? x * slope : x);
  },
});
