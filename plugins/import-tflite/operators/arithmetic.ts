import { isFloat, isInteger, ops, quantizedBinaryRule, tensor, type Value } from 'match-compiler';
import { notSupported, operatorQuantization, typesUnsupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import type { TensorScale } from '../operator-operands.ts';
import {
  fusedActivation,
  isQuantizedType,
  isTfliteRounding,
  kernelRounding,
  limits,
  quantizedBounds,
  sameScale,
  type RealBounds,
} from '../quantized.ts';
import type { OperatorHandler, OperatorTable } from './handler.ts';

/** Field ids of AddOptions and SubOptions; MulOptions and DivOptions have the first. */
const fields = { activation: 0, potScaleInt16: 1 } as const;

/** Both operands and the output of a quantized operator. */
interface Operands {
  readonly a: TensorScale;
  readonly b: TensorScale;
  readonly output: TensorScale;
}

type Binary = typeof ops.add;

function importAdd(operator: OperatorImport): Value {
  const options = operator.options('Add');
  const activation = fusedActivation(operator, options, fields.activation);
  const operands = quantizedOperands(operator);
  if (!operands) return plain(operator, ops.add, activation);
  refusePowerOfTwo(operator, operands, options?.bool(fields.potScaleInt16, true) ?? true);
  const { a, b, output } = operands;
  // TFLite stops here as well; the factor has to be below 1.
  expectFactor(operator, (2 * Math.max(a.scale, b.scale)) / (2 ** leftShiftOf(output) * output.scale), 1);
  return operator.result(ops.quantizedAdd, inputs(operator), {
    ...attributes(operator, operands, activation),
    aScale: a.scale,
    bScale: b.scale,
    outputScale: output.scale,
  });
}

function importMul(operator: OperatorImport): Value {
  const activation = fusedActivation(operator, operator.options('Mul'), fields.activation);
  const operands = quantizedOperands(operator);
  if (!operands) return plain(operator, ops.mul, activation);
  const { a, b, output } = operands;
  expectFactor(operator, (a.scale * b.scale) / output.scale, 2 ** 30);
  // TFLite computes the factor in float32, TFLite Micro in float64; the operator takes it as a scale of its own.
  const factor = Math.fround(Math.fround(a.scale * b.scale) / output.scale);
  const inFloat32 = isTfliteRounding(operator.rounding) && operator.rounding !== 'tflm-double';
  return operator.result(ops.quantizedMul, inputs(operator), {
    ...attributes(operator, operands, activation),
    aScale: inFloat32 ? factor : a.scale,
    bScale: inFloat32 ? 1 : b.scale,
    outputScale: inFloat32 ? 1 : output.scale,
  });
}

/**
 * Quantized subtraction as TFLite does it: both operands shifted left, scaled to twice the larger scale, subtracted,
 * scaled to the output, with a rounding in each scaling (tensorflow/lite/kernels/sub.cc, PrepareGeneralSubOp).
 */
function importSub(operator: OperatorImport): Value {
  const options = operator.options('Sub');
  const activation = fusedActivation(operator, options, fields.activation);
  const operands = quantizedOperands(operator);
  if (!operands) return plain(operator, ops.sub, activation);
  refusePowerOfTwo(operator, operands, options?.bool(fields.potScaleInt16, true) ?? true);
  const { a, b, output } = operands;
  const leftShift = leftShiftOf(output);
  const common = 2 * Math.max(a.scale, b.scale);
  const rounding = kernelRounding(operator.rounding);
  const scaled = (index: number, { scale, zeroPoint }: TensorScale, role: string): Value => {
    const shifted = shiftedLeft(operator, operator.input(index), zeroPoint, leftShift, role);
    return operator.requantize(
      shifted,
      { ...wide, inputScale: scale, weightScales: [1], outputScale: common },
      rounding,
      role,
    );
  };
  const difference = operator.add(
    ops.sub,
    [scaled(0, a, 'a'), scaled(1, b, 'b')],
    { dtype: 'int32' },
    'difference',
  );
  const request = {
    inputScale: common,
    weightScales: [1],
    outputScale: 2 ** leftShift * output.scale,
    axis: 0,
    zeroPoint: output.zeroPoint,
    dtype: output.dtype,
    ...quantizedBounds(activation, output),
    operator: 'other',
  } as const;
  return operator.requantize(difference, request, rounding);
}

/** Bits by which sums and differences are widened: as many as the operands leave of 32. */
function leftShiftOf({ dtype }: TensorScale): number {
  return dtype === 'int16' ? 15 : 20;
}

/** @throws {MatchError} QUANTIZATION_INVALID when the scales are too far apart */
function expectFactor(operator: OperatorImport, factor: number, limit: number): void {
  if (factor < limit) return;
  throw operatorQuantization(
    operator,
    operator.node,
    `has a scale so fine that operands are multiplied by ${factor}`,
  );
}

const wide = { axis: 0, zeroPoint: 0, dtype: 'int32', operator: 'other' } as const;

/** (x − zeroPoint)·2^bits in int32: the factor 2^bits is exact under single rounding. */
function shiftedLeft(
  operator: OperatorImport,
  x: Value,
  zeroPoint: number,
  bits: number,
  role: string,
): Value {
  const multiplier = operator.constant(tensor('int32', [1], [2 ** 30]), `${role}.unit`);
  const shift = operator.constant(tensor('int8', [1], [bits + 1]), `${role}.bits`);
  const int32 = { dtype: 'int32', min: -(2 ** 31), max: 2 ** 31 - 1, zeroPoint: 0, axis: 0 } as const;
  return operator.add(
    ops.requantize,
    [x, multiplier, shift],
    { rule: 'single', ...int32, inputZeroPoint: zeroPoint },
    `${role}.shifted`,
  );
}

function importDiv(operator: OperatorImport): Value {
  const activation = fusedActivation(operator, operator.options('Div'), fields.activation);
  if (quantizedOperands(operator)) throw typesUnsupported(operator, 'quantized tensors');
  return plain(operator, ops.div, activation);
}

/** Larger or smaller of two: on quantized tensors the integers are compared, so the scales must agree. */
function extremum(op: Binary): OperatorHandler {
  return (operator) => {
    const operands = quantizedOperands(operator);
    if (operands && !(sameScale(operands.a, operands.output) && sameScale(operands.b, operands.output))) {
      throw operatorQuantization(operator, operator.node, 'has another scale than the operands');
    }
    return plain(operator, op, { min: -Infinity, max: Infinity });
  };
}

function importPow(operator: OperatorImport): Value {
  if (quantizedOperands(operator)) throw typesUnsupported(operator, 'quantized tensors');
  return plain(operator, ops.pow, { min: -Infinity, max: Infinity });
}

function importSquaredDifference(operator: OperatorImport): Value {
  if (quantizedOperands(operator)) throw typesUnsupported(operator, 'quantized tensors');
  const { dtype } = operator.input(0).type;
  const difference = operator.add(ops.sub, inputs(operator), { dtype }, 'difference');
  return operator.result(ops.mul, [difference, difference], { dtype });
}

function inputs(operator: OperatorImport): readonly [Value, Value] {
  return [operator.input(0), operator.input(1)];
}

/** Scales of both operands and the output; undefined when they are not quantized. */
function quantizedOperands(operator: OperatorImport): Operands | undefined {
  const { dtype } = operator.input(0).type;
  if (!isQuantizedType(dtype) || !operator.isQuantized(operator.inputTensor(0))) return undefined;
  if (operator.input(1).type.dtype !== dtype || operator.outputType() !== dtype) {
    throw typesUnsupported(
      operator,
      `${dtype} and ${operator.input(1).type.dtype} to ${operator.outputType()}`,
    );
  }
  return { a: operator.inputScale(0), b: operator.inputScale(1), output: operator.outputScale() };
}

function attributes(operator: OperatorImport, { a, b, output }: Operands, activation: RealBounds) {
  return {
    rule: quantizedBinaryRule(operator.rounding),
    aZeroPoint: a.zeroPoint,
    bZeroPoint: b.zeroPoint,
    zeroPoint: output.zeroPoint,
    dtype: output.dtype,
    ...quantizedBounds(activation, output),
  };
}

/** The float and plain integer form, with its activation. */
function plain(operator: OperatorImport, op: Binary, activation: RealBounds): Value {
  const operands = inputs(operator);
  const { dtype } = operands[0].type;
  if (operands[1].type.dtype !== dtype || !(isFloat(dtype) || isInteger(dtype))) {
    throw typesUnsupported(operator, `${dtype} and ${operands[1].type.dtype}`);
  }
  const bounds = isFloat(dtype) ? activation : plainBounds(operator, activation);
  if (!bounds || !limits(dtype, bounds)) return operator.result(op, operands, { dtype });
  return operator.result(ops.clip, [operator.add(op, operands, { dtype }, 'unclipped')], bounds);
}

function plainBounds(operator: OperatorImport, { min, max }: RealBounds): undefined {
  if (min !== -Infinity || max !== Infinity)
    throw notSupported(operator, 'a fused activation on plain integers');
}

/** 16-bit tensors with scales that are powers of two go through another kernel, made for LSTM cells. */
function refusePowerOfTwo(operator: OperatorImport, { a, b, output }: Operands, allowed: boolean): void {
  if (output.dtype !== 'int16' || !allowed) return;
  const power = ({ scale }: TensorScale): boolean => Number.isInteger(Math.log2(scale));
  if (power(a) && power(b) && power(output)) {
    throw notSupported(operator, 'int16 tensors whose scales are powers of two (pot_scale_int16)');
  }
}

export const arithmetic: OperatorTable = {
  ADD: importAdd,
  SUB: importSub,
  MUL: importMul,
  DIV: importDiv,
  MINIMUM: extremum(ops.minimum),
  MAXIMUM: extremum(ops.maximum),
  POW: importPow,
  SQUARED_DIFFERENCE: importSquaredDifference,
};
