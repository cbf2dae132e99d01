import { defineBinary } from './element-wise.ts';

/** a·b. */
export const mul = defineBinary({
  name: 'mul',
  summary: 'Product, broadcast',
  real: (a, b) => a * b,
  integer: (a, b) => Math.imul(a, b),
  wide: (a, b) => a * b,
});
