import { defineArgExtreme, type ArgExtremeAttributes } from './arg-extreme.ts';

export type ArgMaxAttributes = ArgExtremeAttributes;

/** Index of the largest element along an axis. */
export const argMax = defineArgExtreme(
  'arg_max',
  'Index of the largest element along an axis',
  (a, b) => a > b,
);
