import { defineComparison } from './comparison.ts';

/** a > b, broadcast. */
export const greater = defineComparison({
  name: 'greater',
  summary: 'a > b, broadcast',
  ordered: true,
  holds: (a, b) => a > b,
});
