import { defineReduction, sumRun, type ReductionAttributes } from './reduction.ts';

export type ReduceMeanAttributes = ReductionAttributes;

/** Mean over axes of a float tensor: the sum in row-major order, one division by the count. */
export const reduceMean = defineReduction({
  name: 'reduce_mean',
  summary: 'Mean over axes',
  allowed: ['float32', 'float64'],
  needsElements: true,
  reduce(data, start, count, dtype) {
    const sum = Number(sumRun(data, start, count, dtype));
    return sum / (dtype === 'float32' ? Math.fround(count) : count);
  },
});
