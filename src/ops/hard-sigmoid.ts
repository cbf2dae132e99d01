import { defineUnary } from './element-wise.ts';

export type HardSigmoidAttributes = { readonly alpha: number; readonly beta: number };

export function clampToUnit(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

/** clamp(alpha·x + beta, 0, 1), product and sum each rounded to the type. */
export const hardSigmoid = defineUnary<HardSigmoidAttributes>({
  name: 'hard_sigmoid',
  summary: 'clamp(alpha·x + beta, 0, 1)',
  real({ alpha, beta }, round) {
    const [slope, offset] = [round(alpha), round(beta)];
    return (x) => clampToUnit(round(round(x * slope) + offset));
  },
});
