import { defineRecurrent, type RecurrentAttributes } from './recurrent.ts';

export type LstmAttributes = RecurrentAttributes & {
  /** The forget gate is one minus the input gate. */
  readonly couplesForget: boolean;
};

/**
 * Long short-term memory, one direction; gates in the order i, o, f, c, peepholes i, o, f.
 * Cells are not limited by `clip`. i, f = f(x·Wᵀ + H₋₁·Rᵀ + bias + p∘C₋₁), C = f∘C₋₁ + i∘g(…), o = f(… + p∘C), H = o∘h(C).
 */
export const lstm = defineRecurrent<LstmAttributes>({
  name: 'lstm',
  summary: 'Long short-term memory',
  gates: 4,
  activations: 3,
  hasCell: true,
  optional: () => ['bias', 'lengths', 'hidden', 'cell', 'peepholes'],
  step({ input, recurrent, activate, vector, round, hidden, next, cell, units }, { couplesForget }) {
    for (let unit = 0; unit < units; unit++) {
      const [i = 0, o = 0, f = 0, c = 0] = [0, 1, 2, 3].map((gate) =>
        recurrent(input(gate, unit), gate, unit, hidden),
      );
      const peep = (sum: number, gate: number, state: number): number =>
        round(sum + round(vector('peepholes', gate * units + unit) * state));
      const before = cell[unit] ?? 0;
      const admit = activate(0, peep(i, 0, before));
      const keep = couplesForget ? round(1 - admit) : activate(0, peep(f, 2, before));
      const after = round(round(keep * before) + round(admit * activate(1, c)));
      cell[unit] = after;
      next[unit] = round(activate(0, peep(o, 1, after)) * activate(2, after, false));
    }
  },
});
