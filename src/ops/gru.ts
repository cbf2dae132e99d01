import { defineRecurrent, type RecurrentAttributes } from './recurrent.ts';

export type GruAttributes = RecurrentAttributes & {
  /** The reset gate multiplies H₋₁·Rᵀ + recurrent bias, not H₋₁ before the product. */
  readonly resetsAfter: boolean;
};

/**
 * Gated recurrent unit, one direction; gates in the order z, r, h. z, r = f(x·Wᵀ + H₋₁·Rᵀ + bias),
 * h = g(x·Wᵀ + bias + (r∘H₋₁)·Rᵀ), or with `resetsAfter` g(x·Wᵀ + bias + r∘(H₋₁·Rᵀ + recurrent bias)),
 * H = (1 − z)∘h + z∘H₋₁.
 */
export const gru = defineRecurrent<GruAttributes>({
  name: 'gru',
  summary: 'Gated recurrent unit',
  gates: 3,
  activations: 2,
  hasCell: false,
  optional: ({ resetsAfter }) => [
    'bias',
    'lengths',
    'hidden',
    ...(resetsAfter ? (['recurrent_bias'] as const) : []),
  ],
  step({ input, recurrent, activate, vector, round, hidden, next, units }, { resetsAfter }) {
    const gate = (index: number, unit: number): number =>
      activate(0, recurrent(input(index, unit), index, unit, hidden));
    const resets = Float64Array.from({ length: units }, (_, unit) => gate(1, unit));
    const reset = resets.map((value, unit) => round(value * (hidden[unit] ?? 0)));
    for (let unit = 0; unit < units; unit++) {
      const before = resetsAfter
        ? round(
            input(2, unit) +
              round((resets[unit] ?? 0) * recurrent(vector('recurrent_bias', unit), 2, unit, hidden)),
          )
        : recurrent(input(2, unit), 2, unit, reset);
      const update = gate(0, unit);
      const fresh = round(round(1 - update) * activate(1, before));
      next[unit] = round(fresh + round(update * (hidden[unit] ?? 0)));
    }
  },
});
