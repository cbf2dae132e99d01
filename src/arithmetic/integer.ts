/** ⌊a/b⌋ for safe integers, exact. @throws {RangeError} for b = 0 */
export function floorDivide(a: number, b: number): number {
  if (b === 0) throw new RangeError('division by zero');
  // The remainder is exact where the quotient a/b would be rounded, and a − remainder divides without one.
  const remainder = a % b;
  const quotient = (a - remainder) / b;
  return remainder !== 0 && remainder < 0 !== b < 0 ? quotient - 1 : quotient + 0;
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
