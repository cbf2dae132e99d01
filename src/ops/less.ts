import { defineComparison } from './comparison.ts';

/** a < b, broadcast. */
export const less = defineComparison({
  name: 'less',
  summary: 'a < b, broadcast',
  ordered: true,
  holds: (a, b) => a < b,
});
