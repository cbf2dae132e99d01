import { defineComparison } from './comparison.ts';

/** a ≥ b, broadcast. */
export const greaterOrEqual = defineComparison({
  name: 'greater_or_equal',
  summary: 'a ≥ b, broadcast',
  ordered: true,
  holds: (a, b) => a >= b,
});
