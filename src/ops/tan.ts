import { defineUnary } from './element-wise.ts';

export type TanAttributes = Record<string, never>;

/** Tangent. */
export const tan = defineUnary<TanAttributes>({
  name: 'tan',
  summary: 'Tangent',
  inexact: true,
  real: () => Math.tan,
});
