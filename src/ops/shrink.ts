import { defineUnary } from './element-wise.ts';

export type ShrinkAttributes = {
  /** Elements from −threshold to threshold become 0. */
  readonly threshold: number;
  /** What the others are moved towards 0 by. */
  readonly bias: number;
};

/** x + bias below −threshold, x − bias above threshold, 0 between. */
export const shrink = defineUnary<ShrinkAttributes>({
  name: 'shrink',
  summary: 'Moves elements towards 0, small ones to 0',
  real({ threshold, bias }, round) {
    const [limit, step] = [round(threshold), round(bias)];
    return (x) => (x < -limit ? x + step : x > limit ? x - step : 0);
  },
});
