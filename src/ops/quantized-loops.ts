import { roundHalfEven } from '../arithmetic/integer.ts';
import { addLeftShift, addScales } from '../arithmetic/quantized-add.ts';
import {
  quantizeMultiplier,
  requantizeDouble,
  requantizeSingle,
  type QuantizedMultiplier,
} from '../arithmetic/requantize.ts';
import { createData, type TensorData } from '../ir/data-type.ts';
import type { Tensor } from '../ir/tensor.ts';
import { broadcastData, broadcastShapes } from './broadcast.ts';
import type { QuantizedBinaryAttributes } from './quantized-binary.ts';

function scaler(
  rule: 'single' | 'double',
  { multiplier, shift }: QuantizedMultiplier,
): (x: number) => number {
  return rule === 'single'
    ? (x) => requantizeSingle(x, multiplier, shift)
    : (x) => requantizeDouble(x, multiplier, shift);
}

export function evaluateQuantizedAdd(
  a: Tensor,
  b: Tensor,
  attributes: QuantizedBinaryAttributes,
): TensorData {
  const { rule, aScale, bScale, outputScale } = attributes;
  if (rule === 'real-even') {
    return combine(a, b, attributes, (x, y) => roundHalfEven((x * aScale + y * bScale) / outputScale));
  }
  const scales = addScales(aScale, bScale, outputScale, addLeftShift(a.type.dtype));
  const [scaleA, scaleB, scaleSum] = [
    scaler(rule, scales.a),
    scaler(rule, scales.b),
    scaler(rule, scales.output),
  ];
  const unit = 2 ** scales.leftShift;
  return combine(a, b, attributes, (x, y) => scaleSum(scaleA(x * unit) + scaleB(y * unit)));
}

export function evaluateQuantizedMul(
  a: Tensor,
  b: Tensor,
  attributes: QuantizedBinaryAttributes,
): TensorData {
  const { rule, aScale, bScale, outputScale } = attributes;
  if (rule === 'real-even') {
    return combine(a, b, attributes, (x, y) => roundHalfEven((x * aScale * (y * bScale)) / outputScale));
  }
  const scale = scaler(rule, quantizeMultiplier((aScale * bScale) / outputScale));
  return combine(a, b, attributes, (x, y) => scale(x * y));
}

/** Applies a function to the broadcast operands without their zero points, then adds the zero point and clamps. */
function combine(
  a: Tensor,
  b: Tensor,
  attributes: QuantizedBinaryAttributes,
  apply: (x: number, y: number) => number,
): TensorData {
  const { aZeroPoint, bZeroPoint, zeroPoint, min, max, dtype } = attributes;
  const shape = broadcastShapes('quantized', a.type.shape, b.type.shape);
  const left = broadcastData(a.type.dtype, a.data, a.type.shape, shape) as Int8Array;
  const right = broadcastData(b.type.dtype, b.data, b.type.shape, shape) as Int8Array;
  const result = createData(dtype, left.length);
  for (let i = 0; i < left.length; i++) {
    const y = apply((left[i] as number) - aZeroPoint, (right[i] as number) - bZeroPoint) + zeroPoint;
    result[i] = y < min ? min : y > max ? max : y;
  }
  return result;
}
