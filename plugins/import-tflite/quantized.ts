import { integerRange, ops, roundHalfAway, type DataType, type Rounding, type Value } from 'match-compiler';
import { attributeInvalid } from './diagnostics.ts';
import type { Table } from './file/flatbuffer.ts';
import { activations, type ActivationName } from './file/schema.ts';
import type { OperatorImport } from './operator-import.ts';
import type { TensorScale } from './operator-operands.ts';

/** Real bounds of the activations that limit; infinite where they do not. */
const bounds: Readonly<Partial<Record<ActivationName, { readonly min: number; readonly max: number }>>> = {
  NONE: { min: -Infinity, max: Infinity },
  RELU: { min: 0, max: Infinity },
  RELU_N1_TO_1: { min: -1, max: 1 },
  RELU6: { min: 0, max: 6 },
};

export type RealBounds = { readonly min: number; readonly max: number };

/**
 * The activation that an operator applies to its result.
 * @throws {MatchError} ATTRIBUTE_UNSUPPORTED for one that is no limit (TANH, SIGN_BIT)
 */
export function fusedActivation(
  operator: OperatorImport,
  options: Table | undefined,
  field: number,
): RealBounds {
  const number = options?.int8(field) ?? 0;
  const name = activations[number];
  const found = name && bounds[name];
  if (!found) throw attributeInvalid(operator, 'its fused activation', `is ${name ?? number}`);
  return found;
}

/** The integers that bounds become: zero point + round(real/scale) in float32, ties away from zero, within the type. */
export function quantizedBounds(
  { min, max }: RealBounds,
  { scale, zeroPoint, dtype }: TensorScale,
): RealBounds {
  const range = integerRange(dtype);
  const quantized = (real: number): number => zeroPoint + roundHalfAway(Math.fround(real / scale));
  return {
    min: min === -Infinity ? range.min : Math.min(range.max, Math.max(range.min, quantized(min))),
    max: max === Infinity ? range.max : Math.max(range.min, Math.min(range.max, quantized(max))),
  };
}

/** Limits a value where the bounds say anything; an inner value, or the operator's result. */
export function limited(operator: OperatorImport, value: Value, { min, max }: RealBounds): Value {
  return limits(value.type.dtype, { min, max })
    ? operator.add(ops.clip, [value], { min, max }, 'clip')
    : value;
}

/** Whether bounds cut anything off a type. */
export function limits(dtype: DataType, { min, max }: RealBounds): boolean {
  if (dtype === 'float32' || dtype === 'float64') return min !== -Infinity || max !== Infinity;
  const range = integerRange(dtype);
  return min > range.min || max < range.max;
}

/**
 * The rule of TFLite's kernels other than convolutions and fully connected layers. Those two run in a matrix library
 * that rounds once; all others share a function that rounds twice, as gemmlowp does
 * (MultiplyByQuantizedMultiplier in tensorflow/lite/kernels/internal/common.cc).
 */
export function kernelRounding(rounding: Rounding): Rounding {
  return rounding === 'tflite-builtin' || rounding === 'tflite-int16x8' ? 'tflm-double' : rounding;
}

/** Whether the rule is one of TFLite's own, whose kernels compute some factors in float32. */
export function isTfliteRounding(rounding: Rounding): boolean {
  return rounding === 'tflite-builtin' || rounding === 'tflm-double' || rounding === 'tflite-int16x8';
}

export function sameScale(a: TensorScale, b: TensorScale): boolean {
  return a.scale === b.scale && a.zeroPoint === b.zeroPoint && a.dtype === b.dtype;
}

/** 8 and 16-bit integers, which TFLite quantizes. */
export function isQuantizedType(dtype: DataType): boolean {
  return dtype === 'int8' || dtype === 'uint8' || dtype === 'int16';
}
