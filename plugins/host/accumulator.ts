import { cType, integerRange, isFloat, isWide, type DataType } from 'match-compiler';

/** An accumulator in the variable `acc`. */
export interface Accumulator {
  readonly dtype: DataType;
  /** No value of it is larger in magnitude; what the type can hold when absent. */
  readonly bound?: number;
}

/** The largest magnitude that an integer type holds. */
export function typeBound(dtype: DataType): number {
  const { min, max } = integerRange(dtype);
  return Math.max(-min, max);
}

/** The type in which a kernel sums up, and whether it must wrap explicitly because the sum may not fit. */
export function accumulatorType(
  dtype: DataType,
  bound: number,
): { readonly type: string; readonly wraps: boolean; readonly unsigned: string } {
  const unsigned = isWide(dtype) ? 'uint64_t' : 'uint32_t';
  return { type: cType(dtype), wraps: !isFloat(dtype) && bound >= typeBound(dtype), unsigned };
}
