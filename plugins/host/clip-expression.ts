import { cLiteral, integerRange, isFloat, isWide, type DataType } from 'match-compiler';

/** `value < min ? min : value > max ? max : value`, without the comparisons that a bound makes pointless. */
export function clipExpression(
  value: string,
  { min, max }: { readonly min: number; readonly max: number },
  dtype: DataType,
): string {
  const literal = (bound: number): string => cLiteral(dtype, isWide(dtype) ? BigInt(bound) : bound);
  const range = isFloat(dtype) ? { min: -Infinity, max: Infinity } : integerRange(dtype);
  // The ends of 64-bit types are rounded as doubles; there the upper comparison stays.
  const low = min > range.min ? `${value} < ${literal(min)} ? ${literal(min)} : ` : '';
  const high = max < range.max ? `${value} > ${literal(max)} ? ${literal(max)} : ` : '';
  return `${low}${high}${value}`;
}
