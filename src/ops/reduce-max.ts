import { integerRange, isFloat, isWide, type DataType } from '../ir/data-type.ts';
import { integerTypes } from './element-wise.ts';
import { defineReduction, type ReductionAttributes } from './reduction.ts';

export type ReduceMaxAttributes = ReductionAttributes;

/** Largest element over axes, by `>` from the first element on; −∞ or the type's smallest where there is none. */
export const reduceMax = defineReduction({
  name: 'reduce_max',
  summary: 'Largest element over axes',
  allowed: ['float32', 'float64', 'bool', ...integerTypes],
  needsElements: false,
  reduce(data, start, count, dtype) {
    if (count === 0) return extremeOfNone(dtype, false);
    let largest = data[start] ?? 0;
    for (let i = start + 1; i < start + count; i++) {
      const value = data[i] ?? 0;
      if (value > largest) largest = value;
    }
    return largest;
  },
});

/** The largest (or smallest) value of a type: what any element replaces. */
export function extremeOfNone(dtype: DataType, largest: boolean): number | bigint {
  if (isFloat(dtype)) return largest ? Infinity : -Infinity;
  if (isWide(dtype)) {
    const signed = dtype === 'int64';
    if (largest) return signed ? 2n ** 63n - 1n : 2n ** 64n - 1n;
    return signed ? -(2n ** 63n) : 0n;
  }
  const { min, max } = integerRange(dtype);
  return largest ? max : min;
}
