import { defineUnary, integerTypes } from './element-wise.ts';

export type NegAttributes = Record<string, never>;

/** −x; integers wrap. */
export const neg = defineUnary<NegAttributes>({
  name: 'neg',
  summary: 'Negation',
  integers: integerTypes,
  real: () => (x) => -x,
  wide: () => (x) => -x,
});
