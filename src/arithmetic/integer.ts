/** ⌊a/b⌋ for integers, exact where a, b and the quotient are safe integers. @throws {RangeError} for b = 0 */
export function floorDivide(a: number, b: number): number {
  if (b === 0) throw new RangeError('division by zero');
  // The quotient may round up to the next integer or, for a negative one, down; the remainder tells.
  const quotient = Math.floor(a / b);
  const remainder = a - quotient * b;
  if (remainder !== 0 && remainder < 0 !== b < 0) return quotient - 1;
  return Math.abs(remainder) >= Math.abs(b) ? quotient + 1 : quotient;
}

/** Nearest integer, ties to even, as C's rint in the default rounding mode. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Nearest integer, ties away from zero, as C's round. */
export function roundHalfAway(value: number): number {
  const magnitude = Math.abs(value);
  const floor = Math.floor(magnitude);
  const rounded = magnitude - floor >= 0.5 ? floor + 1 : floor;
  return value < 0 ? -rounded : rounded;
}
