import { defineUnary } from './element-wise.ts';

export type ThresholdedReluAttributes = { readonly alpha: number };

/** x where x > alpha, else 0. */
export const thresholdedRelu = defineUnary<ThresholdedReluAttributes>({
  name: 'thresholded_relu',
  summary: 'x above a threshold, else 0',
  real({ alpha }, round) {
    const threshold = round(alpha);
    return (x) => (x > threshold ? x : 0);
  },
});
