import { defineComparison } from './comparison.ts';

/** a = b, broadcast. */
export const equal = defineComparison({
  name: 'equal',
  summary: 'a = b, broadcast',
  ordered: false,
  holds: (a, b) => a === b,
});
