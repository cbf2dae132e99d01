import { defineBinary } from './element-wise.ts';

/** a − b. */
export const sub = defineBinary({
  name: 'sub',
  summary: 'Difference, broadcast',
  real: (a, b) => a - b,
  integer: (a, b) => a - b,
  wide: (a, b) => a - b,
});
