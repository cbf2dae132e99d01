import { extremeOfNone } from './reduce-max.ts';
import { integerTypes } from './element-wise.ts';
import { defineReduction, type ReductionAttributes } from './reduction.ts';

export type ReduceMinAttributes = ReductionAttributes;

/** Smallest element over axes, by `<` from the first element on; ∞ or the type's largest where there is none. */
export const reduceMin = defineReduction({
  name: 'reduce_min',
  summary: 'Smallest element over axes',
  allowed: ['float32', 'float64', 'bool', ...integerTypes],
  needsElements: false,
  reduce(data, start, count, dtype) {
    if (count === 0) return extremeOfNone(dtype, true);
    let smallest = data[start] ?? 0;
    for (let i = start + 1; i < start + count; i++) {
      const value = data[i] ?? 0;
      if (value < smallest) smallest = value;
    }
    return smallest;
  },
});
