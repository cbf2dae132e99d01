import { defineUnary, integerTypes } from './element-wise.ts';

export type SignAttributes = Record<string, never>;

/** −1, 0 or 1; NaN gives 0. */
export const sign = defineUnary<SignAttributes>({
  name: 'sign',
  summary: '−1, 0 or 1 by the sign',
  integers: integerTypes,
  real: () => (x) => Number(x > 0) - Number(x < 0),
  wide: () => (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n),
});
