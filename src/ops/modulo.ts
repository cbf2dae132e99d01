import { defineBinary } from './element-wise.ts';

/** Remainder with the sign of a (`truncate`, C's %) or of b (`floor`). Integers: 0 where b is 0. */
export const modulo = defineBinary({
  name: 'modulo',
  summary: 'Remainder of a division, broadcast',
  real: (a, b, rounding) => {
    const rest = a % b;
    return rounding === 'floor' && rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  },
  integer: (a, b, rounding) => {
    if (b === 0) return 0;
    const rest = a % b;
    return rounding === 'floor' && rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
  },
  wide: (a, b, rounding) => {
    if (b === 0n) return 0n;
    const rest = a % b;
    return rounding === 'floor' && rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest;
  },
});
