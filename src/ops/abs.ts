import { defineUnary, integerTypes } from './element-wise.ts';

export type AbsAttributes = Record<string, never>;

/** |x|; the smallest integer of a signed type wraps to itself. */
export const abs = defineUnary<AbsAttributes>({
  name: 'abs',
  summary: 'Absolute value',
  integers: integerTypes,
  real: () => Math.abs,
  wide: () => (x) => (x < 0n ? -x : x),
});
