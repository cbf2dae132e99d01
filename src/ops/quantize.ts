import { roundHalfEven } from '../arithmetic/integer.ts';
import { createData, integerRange, type DataType } from '../ir/data-type.ts';
import { defineOp } from '../ir/op.ts';
import { channelOf } from './channel-index.ts';
import { expectQuantizationConstants } from './dequantize.ts';
import { atLeast, expectDtype, expectInputs, resultType } from './type-checks.ts';

export type QuantizeAttributes = {
  /** Axis of scales and zero points with more than one element. */
  readonly axis: number;
  readonly dtype: DataType;
};

const name = 'quantize';
const outputTypes: readonly DataType[] = ['int8', 'uint8', 'int16', 'uint16', 'int32'];

/** saturate(rint(x/scale) + zeroPoint), the quotient in float32, ties to even. x float32; scale, zeroPoint [1] or [C]. */
export const quantize = defineOp<QuantizeAttributes>({
  name,
  summary: 'float32 to integers: rint(x/scale) + zero point, saturated',
  elementwise: true,
  infer(inputs, { axis, dtype }) {
    const [x, scale, zeroPoint] = expectInputs(name, inputs, 3);
    expectDtype(name, 'the input', x, ['float32']);
    expectDtype(name, 'the output', { dtype, shape: [] }, outputTypes);
    expectQuantizationConstants(name, x, scale, zeroPoint, axis);
    return [resultType(name, dtype, x.shape)];
  },
  evaluate(inputs, { axis, dtype }) {
    const [x, scale, zeroPoint] = atLeast(inputs, 3);
    const data = x.data as Float32Array;
    const scales = scale.data as Float32Array;
    const zeroPoints = Float64Array.from(zeroPoint.data as ArrayLike<number | bigint>, Number);
    const { min, max } = integerRange(dtype);
    const result = createData(dtype, data.length);
    const { extent, inner } = channelOf(x.type.shape, axis, scales.length);
    for (let i = 0; i < data.length; i++) {
      const channel = extent === 1 ? 0 : Math.floor(i / inner) % extent;
      const q =
        roundHalfEven(Math.fround((data[i] ?? 0) / (scales[channel] ?? 1))) + (zeroPoints[channel] ?? 0);
      result[i] = q < min ? min : q > max ? max : q;
    }
    return [result];
  },
});
