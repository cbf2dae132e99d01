import { inputChannel, type Layer } from './layers.ts';
import type { Form } from './forms.ts';
import { roundedFilter } from './rounded-weights.ts';
import { channelIn, type Site } from './sites.ts';

/** A site and how its values are stored, where that changes. */
export interface Stored {
  readonly site: Site;
  readonly form: Form;
}

/** A layer in the units of its new operands: y = (Σ weight·x' + addend) >> shift. */
export interface ScaledLayer {
  readonly weights: readonly number[];
  /** Of each filter, the rounding half included. */
  readonly addends: readonly number[];
  readonly shift: number;
  /** Factor and zero of the results, per filter. */
  readonly factors: readonly number[];
  readonly zeroPoint: number;
}

/** @param output absent where the layer writes the model's own form */
export function scaledLayer(
  layer: Layer,
  input: Stored,
  output: Stored | undefined,
  shift: number,
): ScaledLayer {
  const { filters, perGroup, taps } = layer;
  const weights: number[] = [];
  const addends: number[] = [];
  const factors: number[] = [];
  const zeroPoint = output?.form.zeroPoint ?? 0;
  // What the layer takes for zero is not always what the form does; then no padding is read.
  const moved = input.form.zeroPoint - layer.inputZeroPoint;
  for (let k = 0; k < filters; k++) {
    const scale = layer.scales[k] ?? { factor: 0, offset: 0, half: 0.5 };
    const factor = output ? (output.form.factors[channelIn(output.site, layer.output, k)] ?? 1) : 1;
    let sum = 0;
    const real: number[] = [];
    for (let j = 0; j < perGroup; j++) {
      const c = channelIn(input.site, layer.input, inputChannel(layer, k, j));
      const step = (factor * scale.factor * 2 ** shift) / (input.form.factors[c] ?? 1);
      for (let t = 0; t < taps; t++) {
        const weight = layer.weights[(k * perGroup + j) * taps + t] ?? 0;
        sum += weight;
        real.push(step * weight);
      }
    }
    weights.push(...roundedFilter(real, taps));
    const start =
      scale.factor * ((layer.bias[k] ?? 0) + moved * sum) + scale.offset + scale.half - 0.5 - zeroPoint;
    addends.push(Math.round((factor * start + 0.5) * 2 ** shift));
    factors.push(factor);
  }
  return { weights, addends, shift, factors, zeroPoint };
}

/**
 * `scaledLayer` at the largest shift up to the planned one at which all sums fit: a layer of hardly any weights
 * would take any.
 */
export function fittingLayer(
  layer: Layer,
  input: Stored,
  output: Stored | undefined,
  planned: number,
  productBits: number,
): ScaledLayer {
  // Half of the range is left to corrections.
  const limit = 2 ** (productBits - 1);
  const reach = Math.max(-input.form.low, input.form.high);
  for (let shift = planned; ; shift--) {
    const scaled = scaledLayer(layer, input, output, shift);
    if (shift === 0 || layer.ternary || largestSum(layer, scaled, reach) < limit) return scaled;
  }
}

function largestSum(layer: Layer, { weights, addends }: ScaledLayer, reach: number): number {
  const count = layer.perGroup * layer.taps;
  let most = 0;
  addends.forEach((addend, k) => {
    let sum = Math.abs(addend);
    for (let i = k * count; i < (k + 1) * count; i++) sum += Math.abs(weights[i] ?? 0) * reach;
    most = Math.max(most, sum);
  });
  return most;
}
