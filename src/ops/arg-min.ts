import { defineArgExtreme, type ArgExtremeAttributes } from './arg-extreme.ts';

export type ArgMinAttributes = ArgExtremeAttributes;

/** Index of the smallest element along an axis. */
export const argMin = defineArgExtreme(
  'arg_min',
  'Index of the smallest element along an axis',
  (a, b) => a < b,
);
