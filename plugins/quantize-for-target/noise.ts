import type { Forms } from './forms.ts';
import { inputChannel, type Layer } from './layers.ts';
import { channelIn, type Layout } from './sites.ts';
import type { Statistics } from './statistics.ts';

/** Weights lie within ±127: an engine may widen or negate them. */
export const largestWeight = 127;
/** Rounding may carry a weight to the largest one. */
const weightLimit = largestWeight + 0.49;
/** Root mean square of the elements over their largest magnitude, where nothing was seen. */
const assumedSpread = 0.08;
/** Of rounding to the nearest step. */
export const roundingNoise = 1 / 12;

/** What the inputs of a layer make of its weights. */
export interface LayerInputs {
  /** Per input channel: new step per step of the model. */
  readonly factors: readonly number[];
  /** Mean squares of the new elements. */
  readonly squares: readonly number[];
  /** Per filter: its largest weight at shift 0 and factor 1 of the result. */
  readonly largest: readonly number[];
}

export function inputsOf(layer: Layer, layout: Layout, forms: Forms, statistics: Statistics): LayerInputs {
  const site = layout.siteOf.get(layer.input);
  const form = site && forms.get(site);
  const known = statistics.of(layer.input);
  const zero = form?.zeroPoint ?? layer.inputZeroPoint;
  const factors: number[] = [];
  const squares: number[] = [];
  for (let i = 0; i < layer.perGroup * layer.groups; i++) {
    const factor = form && site ? (form.factors[channelIn(site, layer.input, i)] ?? 1) : 1;
    const [min, max] = [(known.bounds.min[i] ?? 0) - zero, (known.bounds.max[i] ?? 0) - zero];
    const square = known.seen
      ? (known.seen.variance[i] ?? 0) + ((known.seen.mean[i] ?? 0) - zero) ** 2
      : (assumedSpread * Math.max(Math.abs(min), Math.abs(max))) ** 2;
    factors.push(factor);
    squares.push(factor ** 2 * square);
  }
  const largest = layer.scales.map(({ factor }, k) => {
    let most = 0;
    for (let j = 0; j < layer.perGroup; j++) {
      const own = factors[inputChannel(layer, k, j)] ?? 1;
      for (let t = 0; t < layer.taps; t++) {
        const weight = layer.weights[(k * layer.perGroup + j) * layer.taps + t] ?? 0;
        most = Math.max(most, Math.abs(weight) / own);
      }
    }
    return most * Math.abs(factor);
  });
  return { factors, squares, largest };
}

/** The largest factor of the results of a filter at which its weights fit. */
export function factorLimit(inputs: LayerInputs, filter: number, shift: number): number {
  return weightLimit / ((inputs.largest[filter] ?? 0) * 2 ** shift);
}

/** The largest shift at which the weights of all filters fit, given the factors of their results. */
export function largestShift(
  inputs: LayerInputs,
  factorOf: (filter: number) => number,
  most: number,
): number {
  let shift = most;
  inputs.largest.forEach((largest, k) => {
    const weight = largest * factorOf(k);
    if (weight > 0) shift = Math.min(shift, Math.floor(Math.log2(weightLimit / weight) + 1e-9));
  });
  return Math.max(0, shift);
}

/**
 * Variance of the results of one filter around those of the unchanged weights, in squared steps of the model:
 * (1/12 + Σ (error of a weight)²·E[x'²]/4^shift)/factor², for errors that know nothing of each other.
 */
export function filterNoise(
  layer: Layer,
  inputs: LayerInputs,
  filter: number,
  shift: number,
  factor: number,
): number {
  const scale = factor * (layer.scales[filter]?.factor ?? 0) * 2 ** shift;
  let sum = 0;
  for (let j = 0; j < layer.perGroup; j++) {
    const c = inputChannel(layer, filter, j);
    const step = scale / (inputs.factors[c] ?? 1);
    const start = (filter * layer.perGroup + j) * layer.taps;
    let errors = 0;
    for (let i = start; i < start + layer.taps; i++) {
      const weight = step * (layer.weights[i] ?? 0);
      const rounded = Math.min(largestWeight, Math.max(-largestWeight, Math.round(weight)));
      errors += (weight - rounded) ** 2;
    }
    sum += errors * (inputs.squares[c] ?? 0);
  }
  return (roundingNoise + sum / 4 ** shift) / factor ** 2;
}
