import { largestWeight } from './noise.ts';

/**
 * The weights of one filter as integers. Rounding each to the nearest would leave sums of errors that show in the
 * mean of the results, because neighbouring elements are alike: of each kernel first and then of the filter, the
 * weights nearest to a half are rounded the other way until the errors sum up to a half at most (after SQuant,
 * Guo et al. 2022, which does it without samples as well).
 * @param real [kernels][taps], within ±127
 */
export function roundedFilter(real: readonly number[], taps: number): readonly number[] {
  const rounded = real.map((weight) => Math.min(largestWeight, Math.max(-largestWeight, Math.round(weight))));
  if (taps > 1) {
    for (let start = 0; start < real.length; start += taps) settle(real, rounded, start, start + taps);
  }
  settle(real, rounded, 0, real.length);
  return rounded;
}

/** Flips weights from `start` to `end` whose errors have the sign of the sum, those of the largest error first. */
function settle(real: readonly number[], rounded: number[], start: number, end: number): void {
  const errorAt = (i: number): number => (real[i] ?? 0) - (rounded[i] ?? 0);
  let sum = 0;
  for (let i = start; i < end; i++) sum += errorAt(i);
  const flips = Math.round(Math.abs(sum));
  if (flips === 0) return;
  const sign = Math.sign(sum);
  const candidates: number[] = [];
  for (let i = start; i < end; i++) {
    // A weight that was flipped before has more than half a step of error the other way.
    const next = (rounded[i] ?? 0) + sign;
    if (errorAt(i) * sign > 0 && Math.abs(next) <= largestWeight) candidates.push(i);
  }
  candidates.sort((a, b) => Math.abs(errorAt(b)) - Math.abs(errorAt(a)));
  for (const i of candidates.slice(0, flips)) rounded[i] = (rounded[i] ?? 0) + sign;
}
