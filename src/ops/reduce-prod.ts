import { isWide } from '../ir/data-type.ts';
import { integerTypes } from './element-wise.ts';
import { defineReduction, type ReductionAttributes } from './reduction.ts';

export type ReduceProdAttributes = ReductionAttributes;

/** Product over axes in the type's own arithmetic: float32 rounds at every step, integers wrap; 1 where there is none. */
export const reduceProd = defineReduction({
  name: 'reduce_prod',
  summary: 'Product over axes',
  allowed: ['float32', 'float64', ...integerTypes],
  needsElements: false,
  reduce(data, start, count, dtype) {
    if (isWide(dtype)) {
      let product = 1n;
      for (let i = start; i < start + count; i++) product = BigInt.asIntN(64, product * BigInt(data[i] ?? 0));
      return product;
    }
    const numbers = data as Float64Array;
    let product = 1;
    for (let i = start; i < start + count; i++) {
      const value = numbers[i] ?? 0;
      if (dtype === 'float64') product *= value;
      else product = dtype === 'float32' ? Math.fround(product * value) : Math.imul(product, value);
    }
    return product;
  },
});
