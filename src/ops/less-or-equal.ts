import { defineComparison } from './comparison.ts';

/** a ≤ b, broadcast. */
export const lessOrEqual = defineComparison({
  name: 'less_or_equal',
  summary: 'a ≤ b, broadcast',
  ordered: true,
  holds: (a, b) => a <= b,
});
