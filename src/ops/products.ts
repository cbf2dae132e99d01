import { integerRange, isFloat, isInteger, type DataType } from '../ir/data-type.ts';
import { ShapeError } from '../ir/op.ts';
import type { Tensor, TensorType } from '../ir/tensor.ts';
import { expectDtype, expectOneOf, expectZeroPoint } from './type-checks.ts';

/** Where sums of products are kept. */
export type Accumulator = 'int32' | 'int64' | 'float32' | 'float64';

const operandTypes: readonly DataType[] = ['int8', 'uint8', 'int16', 'int32', 'int64', 'float32', 'float64'];

/** Checks element types and zero points of the two factors of a sum of products. @throws {ShapeError} */
export function expectProductTypes(
  op: string,
  a: TensorType,
  aZeroPoint: number,
  b: TensorType,
  bZeroPoint: number,
  accumulator: Accumulator,
): void {
  expectOneOf(op, 'the accumulator', accumulator, ['int32', 'int64', 'float32', 'float64']);
  expectDtype(op, 'the first operand', a, operandTypes);
  expectDtype(op, 'the second operand', b, operandTypes);
  const agrees = (dtype: DataType): boolean =>
    isFloat(accumulator) || dtype === 'int64' ? dtype === accumulator : isInteger(dtype);
  if (!agrees(a.dtype) || !agrees(b.dtype)) {
    throw new ShapeError(`${op}: ${a.dtype} times ${b.dtype} into ${accumulator}`);
  }
  expectZeroPoint(op, 'the zero point of the first operand', aZeroPoint, a.dtype);
  expectZeroPoint(op, 'the zero point of the second operand', bZeroPoint, b.dtype);
}

/** Largest |x − zeroPoint| that a type can give. */
export function largestMagnitude(dtype: DataType, zeroPoint: number): number {
  if (!isInteger(dtype)) throw new RangeError(`${dtype} is not an integer type`);
  const { min, max } = integerRange(dtype);
  return Math.max(Math.abs(min - zeroPoint), Math.abs(max - zeroPoint));
}

/** x − zeroPoint as int32, wrapping (only int32 operands can): right modulo 2^32, which is all that an int32 sum needs. */
export function shiftedIntegers(x: Tensor, zeroPoint: number): Int32Array {
  const data = x.data as Int8Array;
  const result = new Int32Array(data.length);
  for (let i = 0; i < result.length; i++) result[i] = (data[i] as number) - zeroPoint;
  return result;
}

/** x − zeroPoint with 64 bits. */
export function toWide(x: Tensor, zeroPoint: number): BigInt64Array {
  const offset = BigInt(zeroPoint);
  return BigInt64Array.from(x.data as ArrayLike<number | bigint>, (value) => BigInt(value) - offset);
}

/** Whether a sum of that many products, and each factor as an int32, is exact in float64. */
export function fitsSafeInteger(
  a: DataType,
  aZeroPoint: number,
  b: DataType,
  bZeroPoint: number,
  terms: number,
): boolean {
  const [largestA, largestB] = [largestMagnitude(a, aZeroPoint), largestMagnitude(b, bZeroPoint)];
  return largestA < 2 ** 31 && largestB < 2 ** 31 && terms * largestA * largestB < 2 ** 53;
}
