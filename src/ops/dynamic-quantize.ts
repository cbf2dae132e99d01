import { roundHalfEven } from '../arithmetic/integer.ts';
import { defineOp } from '../ir/op.ts';
import { atLeast, expectDtype, expectInputs, resultType } from './type-checks.ts';

export type DynamicQuantizeAttributes = Record<string, never>;

const name = 'dynamic_quantize';

/**
 * float32 to uint8 by the range of the tensor itself, zero included: scale = (max − min)/255, or 1 where all is zero;
 * zero point = rint(−min/scale); y = saturate(rint(x/scale) + zero point), all in float32. Results: y, the scale, the
 * zero point. NaN counts for no range and becomes 0.
 */
export const dynamicQuantize = defineOp<DynamicQuantizeAttributes>({
  name,
  summary: 'float32 to uint8 by its own range, with the scale and zero point',
  infer(inputs) {
    const [x] = expectInputs(name, inputs, 1);
    expectDtype(name, 'the input', x, ['float32']);
    return [
      resultType(name, 'uint8', x.shape),
      resultType(name, 'float32', []),
      resultType(name, 'uint8', []),
    ];
  },
  evaluate(inputs) {
    const [x] = atLeast(inputs, 1);
    const data = x.data as Float32Array;
    let min = 0;
    let max = 0;
    for (const value of data) {
      if (value < min) min = value;
      if (value > max) max = value;
    }
    const step = Math.fround(Math.fround(max - min) / 255);
    const scale = step > 0 ? step : 1;
    const zeroPoint = saturate(roundHalfEven(Math.fround(-min / scale)));
    const quantized = Uint8Array.from(data, (value) =>
      saturate(Math.fround(roundHalfEven(Math.fround(value / scale)) + zeroPoint)),
    );
    return [quantized, Float32Array.of(scale), Uint8Array.of(zeroPoint)];
  },
});

function saturate(value: number): number {
  return value >= 255 ? 255 : value > 0 ? value : 0;
}
