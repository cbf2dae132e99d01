// Runs the quantized net in integers. Sums are exact; two ways to scale a sum back to int8:
// - exactRequantize: in real numbers, round half to even, as QuantizeLinear is defined
// - fixedPointRequantize: a 31-bit multiplier and a rounding shift, as a microcontroller does it

import { accumulate } from './layers.js';
import { INPUT, sizeOf } from './model.js';

function roundHalfToEven(x) {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** A function from integer terms to round(sum of term[i] * factors[i]). */
export function exactRequantize(factors) {
  if (factors.length === 1) return (a) => roundHalfToEven(a * factors[0]);
  return (a, b) => roundHalfToEven(a * factors[0] + b * factors[1]);
}

/** The same with one shift for all terms and a single rounding, half up. */
export function fixedPointRequantize(factors) {
  // The largest factor gets a multiplier in 2^30..2^31.
  let shift = 30 - Math.floor(Math.log2(Math.max(...factors)));
  if (Math.round(Math.max(...factors) * 2 ** shift) === 2 ** 31) shift--;
  const [m0, m1 = 0n] = factors.map((factor) => BigInt(Math.round(factor * 2 ** shift)));
  const half = 1n << BigInt(shift - 1);
  return (a, b = 0) => Number((BigInt(a) * m0 + BigInt(b) * m1 + half) >> BigInt(shift));
}

/** A function from a digit to its int8 scores. */
export function integerNet({ model, activations, parameters }, requantize) {
  const values = new Map(model.map(({ name, outShape }) => [name, new Float64Array(sizeOf(outShape))]));

  // Values are kept with their zero point taken off: padding and Relu then work on plain zeros.
  const steps = model.map((layer) => {
    const { name, type, relu, inputs } = layer;
    const output = values.get(name);
    const { scale, zeroPoint } = activations.get(name);
    const scales = inputs.map((input) => activations.get(input).scale);
    const low = relu ? Math.max(0, -128 - zeroPoint) : -128 - zeroPoint;
    const high = 127 - zeroPoint;
    const clamp = (value) => Math.max(low, Math.min(high, value));

    if (type === 'max' || type === 'flatten') {
      return () =>
        accumulate(
          layer,
          inputs.map((input) => values.get(input)),
          undefined,
          output,
        );
    }
    if (type === 'add') {
      const scaleSum = requantize(scales.map((s) => s / scale));
      return () => {
        const [a, b] = inputs.map((input) => values.get(input));
        for (let i = 0; i < output.length; i++) output[i] = clamp(scaleSum(a[i], b[i]));
      };
    }
    const tensors = parameters.get(name);
    const scaleSums = Array.from(tensors.weightScale, (w) => requantize([(scales[0] * w) / scale]));
    const plane = output.length / scaleSums.length;
    return () => {
      accumulate(layer, [values.get(inputs[0])], tensors, output);
      for (let i = 0; i < output.length; i++) {
        output[i] = clamp(scaleSums[Math.floor(i / plane)](output[i]));
      }
    };
  });

  const last = model.at(-1).name;
  const { zeroPoint } = activations.get(last);
  return (digit) => {
    values.set(INPUT.name, digit.pixels);
    for (const step of steps) step();
    return values.get(last).map((value) => value + zeroPoint);
  };
}
