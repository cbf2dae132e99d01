import type { DataType } from 'match-compiler';

const codes: Partial<Record<DataType, number>> = { int8: 0, uint8: 1, int16: 2, uint16: 3, int32: 4 };

/** The number that the kernels know an element type by. @throws {RangeError} for types that they do not know */
export function elementCode(dtype: DataType): number {
  const code = codes[dtype];
  if (code === undefined) throw new RangeError(`the kernels of the cluster know no ${dtype}`);
  return code;
}

/** Do the kernels know it? */
export function isKnown(dtype: DataType): boolean {
  return codes[dtype] !== undefined;
}

/** 8 bits wide. */
export function isByte(dtype: DataType): boolean {
  return dtype === 'int8' || dtype === 'uint8';
}
