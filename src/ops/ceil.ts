import { defineUnary } from './element-wise.ts';

export type CeilAttributes = Record<string, never>;

/** Smallest integer not below x. */
export const ceil = defineUnary<CeilAttributes>({
  name: 'ceil',
  summary: 'Round up',
  real: () => Math.ceil,
});
