import { defineBinary } from './element-wise.ts';

/** a + b. */
export const add = defineBinary({
  name: 'add',
  summary: 'Sum, broadcast',
  real: (a, b) => a + b,
  integer: (a, b) => a + b,
  wide: (a, b) => a + b,
});
