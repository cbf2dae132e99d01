import { isInteger, isWide, type DataType } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount, type TensorType } from '../ir/tensor.ts';
import { channelOf } from './channel-index.ts';
import {
  atLeast,
  expectAxis,
  expectDtype,
  expectInputs,
  expectPerChannel,
  resultType,
} from './type-checks.ts';

export type DequantizeAttributes = {
  /** Axis of scales and zero points with more than one element. */
  readonly axis: number;
};

const name = 'dequantize';
const inputTypes: readonly DataType[] = ['int8', 'uint8', 'int16', 'uint16', 'int32'];

/** Scale and zero point of `quantize` and `dequantize`: as many of one as of the other. @throws {ShapeError} */
export function expectQuantizationConstants(
  op: string,
  x: TensorType,
  scale: TensorType,
  zeroPoint: TensorType,
  axis: number,
): void {
  expectDtype(op, 'the scale', scale, ['float32']);
  if (!isInteger(zeroPoint.dtype) || isWide(zeroPoint.dtype)) {
    throw new ShapeError(`${op}: the zero point is ${zeroPoint.dtype}`);
  }
  const count = elementCount(scale.shape);
  if (count !== elementCount(zeroPoint.shape)) {
    throw new ShapeError(`${op}: ${count} scales with ${elementCount(zeroPoint.shape)} zero points`);
  }
  if (count !== 1) expectAxis(op, axis, x.shape.length);
  expectPerChannel(op, 'the scale', scale, x.shape[axis]);
  expectPerChannel(op, 'the zero point', zeroPoint, x.shape[axis]);
}

/** (x − zeroPoint)·scale: the exact difference rounded to float32, then the product. scale, zeroPoint [1] or [C]. */
export const dequantize = defineOp<DequantizeAttributes>({
  name,
  summary: 'Integers to float32: (x − zero point)·scale',
  elementwise: true,
  infer(inputs, { axis }) {
    const [x, scale, zeroPoint] = expectInputs(name, inputs, 3);
    expectDtype(name, 'the input', x, inputTypes);
    expectQuantizationConstants(name, x, scale, zeroPoint, axis);
    return [resultType(name, 'float32', x.shape)];
  },
  evaluate(inputs, { axis }) {
    const [x, scale, zeroPoint] = atLeast(inputs, 3);
    const data = x.data as Int32Array;
    const scales = scale.data as Float32Array;
    const zeroPoints = zeroPoint.data as Int32Array;
    const result = new Float32Array(data.length);
    const { extent, inner } = channelOf(x.type.shape, axis, scales.length);
    for (let i = 0; i < data.length; i++) {
      const channel = extent === 1 ? 0 : Math.floor(i / inner) % extent;
      result[i] = Math.fround((data[i] ?? 0) - (zeroPoints[channel] ?? 0)) * (scales[channel] ?? 0);
    }
    return [result];
  },
});
