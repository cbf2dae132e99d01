import { defineFloatTest } from './float-class.ts';

export type IsInfAttributes = {
  /** Whether −∞ counts. */
  readonly negative: boolean;
  /** Whether ∞ counts. */
  readonly positive: boolean;
};

/** Whether an element is infinite, of the signs that count. */
export const isInf = defineFloatTest<IsInfAttributes>(
  'is_inf',
  'Whether an element is infinite',
  (x, { negative, positive }) => (negative && x === -Infinity) || (positive && x === Infinity),
);
