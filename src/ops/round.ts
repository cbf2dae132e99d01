import { roundHalfEven } from '../arithmetic/integer.ts';
import { defineUnary } from './element-wise.ts';

export type RoundAttributes = Record<string, never>;

/** Nearest integer, ties to even (C's rint in the default mode). */
export const round = defineUnary<RoundAttributes>({
  name: 'round',
  summary: 'Nearest integer, ties to even',
  real: () => roundHalfEven,
});
