// Post-training quantization: int8 activations (asymmetric, per tensor), int8 weights
// (symmetric, per output channel), int32 biases.

import { toInput } from './data.js';
import { floatNet } from './fit.js';
import { INPUT } from './model.js';

/** The raw pixels: 0..255 stand for 0..1. */
const INPUT_RANGE = { scale: Math.fround(1 / 255), zeroPoint: 0 };

/** The smallest and largest value of each activation over the calibration digits. */
function calibrate(model, parameters, digits) {
  const ranges = new Map(model.map(({ name }) => [name, { min: 0, max: 0 }]));
  const run = floatNet(model, parameters);
  for (const digit of digits) {
    const activations = run(toInput(digit));
    for (const [name, range] of ranges) {
      for (const value of activations.get(name)) {
        if (value < range.min) range.min = value;
        if (value > range.max) range.max = value;
      }
    }
  }
  return ranges;
}

/** Scale and zero point that map [min, max], which must include 0, to -128..127. */
function activationRange({ min, max }) {
  const scale = Math.fround((max - min) / 255);
  return { scale, zeroPoint: Math.max(-128, Math.min(127, Math.round(-128 - min / scale))) };
}

function quantizeWeights({ weight, bias }, inputScale) {
  const outputs = bias.length;
  const perOutput = weight.length / outputs;
  const result = {
    weight: new Int8Array(weight.length),
    weightScale: new Float32Array(outputs),
    bias: new Int32Array(outputs),
    biasScale: new Float32Array(outputs),
  };
  for (let o = 0; o < outputs; o++) {
    const row = weight.subarray(o * perOutput, (o + 1) * perOutput);
    const largest = row.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    // A channel without weights may have any scale but zero.
    result.weightScale[o] = largest === 0 ? 1 : largest / 127;
    result.biasScale[o] = inputScale * result.weightScale[o];
    row.forEach((w, i) => {
      // Clamped because the scale's rounding to float32 could push the largest weight to 128.
      const q = Math.round(w / result.weightScale[o]);
      result.weight[o * perOutput + i] = Math.max(-127, Math.min(127, q));
    });
    const q = Math.round(bias[o] / result.biasScale[o]);
    if (q !== (q | 0)) throw new Error(`bias ${bias[o]} does not fit into int32`);
    result.bias[o] = q;
  }
  return result;
}

/** { model, activations: name -> { scale, zeroPoint }, parameters: name -> quantized tensors }. */
export function quantize(model, parameters, calibrationDigits) {
  const ranges = calibrate(model, parameters, calibrationDigits);
  const activations = new Map([[INPUT.name, INPUT_RANGE]]);
  const quantized = new Map();
  for (const { name, type, inputs } of model) {
    const input = activations.get(inputs[0]);
    // These only move values about, so their input's quantization is exact for them.
    const keepsRange = type === 'max' || type === 'flatten';
    activations.set(name, keepsRange ? input : activationRange(ranges.get(name)));
    if (parameters.has(name)) quantized.set(name, quantizeWeights(parameters.get(name), input.scale));
  }
  return { model, activations, parameters: quantized };
}
