import { integerTypes } from './element-wise.ts';
import { defineReduction, type ReductionAttributes } from './reduction.ts';

export type ReduceMaxAttributes = ReductionAttributes;

/** Largest element over axes, by `>` from the first element on. */
export const reduceMax = defineReduction({
  name: 'reduce_max',
  summary: 'Largest element over axes',
  allowed: ['float32', 'float64', ...integerTypes],
  needsElements: true,
  reduce(data, start, count) {
    let largest = data[start] ?? 0;
    for (let i = start + 1; i < start + count; i++) {
      const value = data[i] ?? 0;
      if (value > largest) largest = value;
    }
    return largest;
  },
});
