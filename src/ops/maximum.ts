import { defineBinary } from './element-wise.ts';

/** The larger operand, as C's `a > b ? a : b`. */
export const maximum = defineBinary({
  name: 'maximum',
  summary: 'Larger of two, broadcast',
  real: (a, b) => (a > b ? a : b),
  integer: (a, b) => (a > b ? a : b),
  wide: (a, b) => (a > b ? a : b),
});
