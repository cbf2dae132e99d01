import type { DataType } from '../ir/data-type.ts';
import { ShapeError } from '../ir/op.ts';
import type { TensorType } from '../ir/tensor.ts';
import { broadcastShapes } from './broadcast.ts';
import {
  expectBounds,
  expectDtype,
  expectInputs,
  expectOneOf,
  expectScale,
  expectZeroPoint,
  resultType,
} from './type-checks.ts';

/** Attributes of the quantized element-wise operators of two operands. */
export type QuantizedBinaryAttributes = {
  readonly rule: 'single' | 'double' | 'real-even';
  readonly aScale: number;
  readonly aZeroPoint: number;
  readonly bScale: number;
  readonly bZeroPoint: number;
  readonly outputScale: number;
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
  readonly dtype: DataType;
};

const operandTypes: readonly DataType[] = ['int8', 'uint8', 'int16'];

/** The type rule of `quantized_add` and `quantized_mul`. @throws {ShapeError} */
export function inferQuantizedBinary(
  op: string,
  inputs: readonly TensorType[],
  attributes: QuantizedBinaryAttributes,
): readonly TensorType[] {
  const [a, b] = expectInputs(op, inputs, 2);
  expectOneOf(op, 'rule', attributes.rule, ['single', 'double', 'real-even']);
  expectDtype(op, 'the first operand', a, operandTypes);
  expectDtype(op, 'the second operand', b, operandTypes);
  expectZeroPoint(op, 'the zero point of the first operand', attributes.aZeroPoint, a.dtype);
  expectZeroPoint(op, 'the zero point of the second operand', attributes.bZeroPoint, b.dtype);
  expectScale(op, 'the scale of the first operand', attributes.aScale);
  expectScale(op, 'the scale of the second operand', attributes.bScale);
  expectScale(op, 'the output scale', attributes.outputScale);
  expectDtype(op, 'the output', { dtype: attributes.dtype, shape: [] }, operandTypes);
  expectBounds(op, attributes.min, attributes.max, attributes.dtype);
  expectZeroPoint(op, 'the zero point of the output', attributes.zeroPoint, attributes.dtype);
  if ((a.dtype === 'int16') !== (b.dtype === 'int16'))
    throw new ShapeError(`${op}: ${a.dtype} with ${b.dtype}`);
  return [resultType(op, attributes.dtype, broadcastShapes(op, a.shape, b.shape))];
}

/** A factor that `quantizeMultiplier` can represent. @throws {ShapeError} */
export function expectFactor(op: string, factor: number): void {
  if (!(factor < 2 ** 30 - 1))
    throw new ShapeError(`${op}: the scales give a factor of ${factor}, the limit is 2^30`);
}
