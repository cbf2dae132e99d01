import type { Forms } from './forms.ts';
import type { Layer } from './layers.ts';
import { factorLimit, filterNoise, type LayerInputs } from './noise.ts';
import { channelIn, type Layout, type Site } from './sites.ts';

/** Factors that are tried below the largest, down to half of it. */
const trials = Array.from({ length: 12 }, (_, i) => 2 ** (-i / 12));
/** Shifts beyond this many from the first at which weights count leave the results too few bits. */
const shiftsTried = 6;

/**
 * Factors of a layer's results that make its noise least: a larger shift leaves weights more bits and results
 * fewer, and some factors meet the weights better than others.
 * @param caps largest factor per channel of the site
 */
export function balanced(
  layer: Layer,
  site: Site,
  caps: readonly number[],
  inputs: LayerInputs,
  largestShift: number,
): readonly number[] {
  const filtersOf = caps.map((): number[] => []);
  for (let k = 0; k < layer.filters; k++) filtersOf[channelIn(site, layer.output, k)]?.push(k);
  // At smaller shifts no weight limits any factor.
  const ratios = inputs.largest.map((_, k) => {
    const cap = caps[channelIn(site, layer.output, k)] ?? 1;
    return Math.log2(factorLimit(inputs, k, 0) / cap);
  });
  const start = Math.max(0, Math.min(largestShift, Math.floor(Math.min(...ratios))));
  const end = Math.min(largestShift, start + shiftsTried);
  let best: { readonly factors: readonly number[]; readonly noise: number } | undefined;
  for (let shift = start; shift <= end; shift++) {
    let total = 0;
    const factors = filtersOf.map((filters, c) => {
      const most = Math.min(caps[c] ?? 1, ...filters.map((k) => factorLimit(inputs, k, shift)));
      let choice = { factor: most, noise: Infinity };
      for (const trial of trials) {
        const factor = most * trial;
        const noise = filters.reduce((sum, k) => sum + filterNoise(layer, inputs, k, shift, factor), 0);
        if (noise < choice.noise) choice = { factor, noise };
      }
      total += choice.noise;
      return choice.factor;
    });
    if (!best || total < best.noise) best = { factors, noise: total };
  }
  return best?.factors ?? caps;
}

/** The factor of each filter's results; 1 where they keep the model's form. */
export function filterFactors(layer: Layer, layout: Layout, forms: Forms): readonly number[] {
  const site = layout.siteOf.get(layer.output);
  const form = site && forms.get(site);
  return Array.from({ length: layer.filters }, (_, k) =>
    form && site ? (form.factors[channelIn(site, layer.output, k)] ?? 1) : 1,
  );
}
