import { defineUnary } from './element-wise.ts';
import { clampToUnit } from './hard-sigmoid.ts';

export type HardSwishAttributes = Record<string, never>;

/** x·clamp(x·(1/6) + 0.5, 0, 1) with every step rounded to the type; 1/6 is rounded first. */
export const hardSwish = defineUnary<HardSwishAttributes>({
  name: 'hard_swish',
  summary: 'x·hard_sigmoid(x)',
  real(_, round) {
    const sixth = round(1 / 6);
    return (x) => x * clampToUnit(round(round(x * sixth) + 0.5));
  },
});
