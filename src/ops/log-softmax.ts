import { centre, defineRowOperator, type SoftmaxAttributes } from './softmax-rows.ts';

export type LogSoftmaxAttributes = SoftmaxAttributes;

/** x − max − ln Σ e^(x − max) along an axis of a float tensor. */
export const logSoftmax = defineRowOperator(
  'log_softmax',
  'Logarithm of softmax along an axis',
  (row, round) => {
    centre(row, round);
    let sum = 0;
    for (const value of row) sum = round(sum + round(Math.exp(value)));
    const offset = round(Math.log(sum));
    for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) - offset;
  },
);
