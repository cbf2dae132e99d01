import { floorDivide } from '../arithmetic/integer.ts';
import { defineBinary } from './element-wise.ts';

/** a/b. Integers by `rounding`; an integer divided by 0 gives 0, so that every input has a meaning. */
export const div = defineBinary({
  name: 'div',
  summary: 'Quotient, broadcast; integers truncate or floor',
  real: (a, b) => a / b,
  integer: (a, b, rounding) => (b === 0 ? 0 : rounding === 'floor' ? floorDivide(a, b) : Math.trunc(a / b)),
  wide(a, b, rounding) {
    if (b === 0n) return 0n;
    const quotient = a / b;
    return rounding === 'floor' && quotient * b !== a && a < 0n !== b < 0n ? quotient - 1n : quotient;
  },
});
