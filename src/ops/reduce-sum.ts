import { integerTypes } from './element-wise.ts';
import { defineReduction, sumRun, type ReductionAttributes } from './reduction.ts';

export type ReduceSumAttributes = ReductionAttributes;

/** Sum over axes; integers wrap in their width. */
export const reduceSum = defineReduction({
  name: 'reduce_sum',
  summary: 'Sum over axes',
  allowed: ['float32', 'float64', ...integerTypes],
  needsElements: false,
  reduce: sumRun,
});
