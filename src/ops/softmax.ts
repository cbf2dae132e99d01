import { centre, defineRowOperator } from './softmax-rows.ts';

/** e^(x − max)/Σ e^(x − max) along an axis of a float tensor. */
export const softmax = defineRowOperator('softmax', 'Softmax along an axis', (row, round) => {
  centre(row, round);
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum = round(sum + (row[i] = round(Math.exp(row[i] ?? 0))));
  for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) / sum;
});
