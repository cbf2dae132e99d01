import { defineRecurrent, type RecurrentAttributes } from './recurrent.ts';

export type RnnAttributes = RecurrentAttributes;

/** H = f(x·Wᵀ + H₋₁·Rᵀ + bias), one direction. */
export const rnn = defineRecurrent<RnnAttributes>({
  name: 'rnn',
  summary: 'Plain recurrent layer',
  gates: 1,
  activations: 1,
  hasCell: false,
  optional: () => ['bias', 'lengths', 'hidden'],
  step({ input, recurrent, activate, hidden, next, units }) {
    for (let unit = 0; unit < units; unit++) {
      next[unit] = activate(0, recurrent(input(0, unit), 0, unit, hidden));
    }
  },
});
