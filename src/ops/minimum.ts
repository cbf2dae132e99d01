import { defineBinary } from './element-wise.ts';

/** The smaller operand, as C's `a < b ? a : b`. */
export const minimum = defineBinary({
  name: 'minimum',
  summary: 'Smaller of two, broadcast',
  real: (a, b) => (a < b ? a : b),
  integer: (a, b) => (a < b ? a : b),
  wide: (a, b) => (a < b ? a : b),
});
