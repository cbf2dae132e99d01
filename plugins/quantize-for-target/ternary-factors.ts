import type { Layer } from './layers.ts';
import type { LayerInputs } from './noise.ts';
import { channelIn, type Site } from './sites.ts';
import type { Statistics } from './statistics.ts';

/** The engine's largest result stands for the mean and this many standard deviations, where samples were seen. */
const deviations = 4;
/** Part of the model's range that the engine's range stands for, where nothing was seen: large elements are rare. */
const usedRange = 0.5;

/**
 * The factors of a ternary layer's results: weights of ±1 leave a power of two to choose,
 * factor = factor(input)·2^−shift/scale. The shift is the one at which the middle filter fills the engine's range.
 * @param caps largest factor per channel of the site at which no bound is ever reached
 */
export function ternaryFactors(
  layer: Layer,
  site: Site,
  inputs: LayerInputs,
  caps: readonly number[],
  statistics: Statistics,
  largestShift: number,
): readonly number[] {
  const [input = 1] = inputs.factors;
  const known = statistics.of(layer.output).seen;
  const zero = site.zeroPoint ?? 0;
  const steps: number[] = [];
  layer.scales.forEach(({ factor }, k) => {
    if (factor === 0) return;
    const cap = caps[channelIn(site, layer.output, k)] ?? 1;
    let wanted = cap / usedRange;
    if (known) {
      const {
        mean = 0,
        variance = 0,
        most = 1,
      } = {
        mean: known.mean[k],
        variance: known.variance[k],
        most: Math.max(Math.abs((known.max[k] ?? 0) - zero), Math.abs((known.min[k] ?? 0) - zero), 1),
      };
      const reach = Math.min(most, Math.abs(mean - zero) + deviations * Math.sqrt(variance));
      wanted = (cap * most) / Math.max(1, reach);
    }
    steps.push(Math.log2(input / (Math.abs(factor) * wanted)));
  });
  steps.sort((a, b) => a - b);
  const middle = steps[Math.floor(steps.length / 2)] ?? 0;
  const shift = Math.min(largestShift, Math.max(0, Math.round(middle)));
  const factors = Array.from({ length: site.channels }, () => 1);
  layer.scales.forEach(({ factor }, k) => {
    if (factor !== 0) factors[channelIn(site, layer.output, k)] = (input * 2 ** -shift) / Math.abs(factor);
  });
  return factors;
}

/** The shift that belongs to the factors of a ternary layer's results. */
export function ternaryShift(layer: Layer, inputs: LayerInputs, factors: readonly number[]): number {
  const [input = 1] = inputs.factors;
  const used = layer.scales.findIndex(({ factor }) => factor !== 0);
  if (used < 0) return 0;
  return Math.round(Math.log2(input / (Math.abs(layer.scales[used]?.factor ?? 1) * (factors[used] ?? 1))));
}
