import type { Value } from 'match-compiler';
import type { Layer } from './layers.ts';
import type { SampledEditor } from './sampled-editor.ts';
import type { ScaledLayer } from './scaled-weights.ts';
import { forEachChannel } from './statistics.ts';

/** So many elements weigh as much as the belief that there is no error. */
const prior = 32;

/**
 * Addends without the mean error that rounding weights and inputs has on the samples, filter by filter, over the
 * results that no bound cuts off.
 * @param sums of the new layer
 */
export function correctedAddends(
  layer: Layer,
  scaled: ScaledLayer,
  bounds: { readonly min: number; readonly max: number },
  sums: Value,
  editor: SampledEditor,
): readonly number[] {
  // What the sums of the model mean.
  const { filters, scales } = layer.ternary?.unchanged ?? layer;
  const { addends, shift, factors, zeroPoint } = scaled;
  const errors = Array.from({ length: filters }, () => 0);
  const counts = Array.from({ length: filters }, () => 0);
  const [old] = layer.requantize.inputs;
  for (let sample = 0; sample < editor.samples; sample++) {
    const [wanted, given] = [old && editor.originalOf(old, sample), editor.tensorOf(sums, sample)];
    if (!wanted || !given) continue;
    const data = given.data as Int32Array;
    forEachChannel(wanted, filters, (sum, k, i) => {
      const { factor, offset, half } = scales[k] ?? { factor: 0, offset: 0, half: 0.5 };
      const target = (factors[k] ?? 1) * (factor * sum + offset + half - 0.5 - zeroPoint);
      const now = ((data[i] ?? 0) + (addends[k] ?? 0)) / 2 ** shift - 0.5;
      if (target <= bounds.min - 0.5 || target >= bounds.max + 0.5) return;
      errors[k] = (errors[k] ?? 0) + target - now;
      counts[k] = (counts[k] ?? 0) + 1;
    });
  }
  return addends.map(
    (addend, k) => addend + Math.round(((errors[k] ?? 0) / ((counts[k] ?? 0) + prior)) * 2 ** shift),
  );
}
