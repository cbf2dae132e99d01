import { centre, defineRowOperator } from './softmax-rows.ts';
import { softmaxTwoPass } from './softmax-two-pass.ts';

/** e^x / Σ e^x along an axis: on float32 in two passes, on float64 with the largest element taken out first. */
export const softmax = defineRowOperator('softmax', 'Softmax along an axis', (row, round, dtype) => {
  if (dtype === 'float32') {
    softmaxTwoPass(row);
    return;
  }
  centre(row, round);
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum = round(sum + (row[i] = round(Math.exp(row[i] ?? 0))));
  for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) / sum;
});
