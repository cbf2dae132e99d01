import { defineBinary } from './element-wise.ts';

/** Wrapping power by squaring; a negative exponent gives the truncated reciprocal: 0, or ±1 for a base of ±1. */
function integerPower(base: number, exponent: number): number {
  if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0;
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

function widePower(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) return base === 1n ? 1n : base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : 0n;
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asIntN(64, result * square);
    square = BigInt.asIntN(64, square * square);
  }
  return result;
}

/** a to the power of b. */
export const pow = defineBinary({
  name: 'pow',
  summary: 'Power, broadcast',
  inexact: true,
  real: (a, b) => a ** b,
  integer: integerPower,
  wide: widePower,
});
