import { defineUnary } from './element-wise.ts';

export type AtanAttributes = Record<string, never>;

/** Arc tangent. */
export const atan = defineUnary<AtanAttributes>({
  name: 'atan',
  summary: 'Arc tangent',
  inexact: true,
  real: () => Math.atan,
});
