import { defineUnary } from './element-wise.ts';

export type LogAttributes = Record<string, never>;

/** Natural logarithm. */
export const log = defineUnary<LogAttributes>({
  name: 'log',
  summary: 'Natural logarithm',
  inexact: true,
  real: () => Math.log,
});
