import { defineUnary } from './element-wise.ts';

export type FloorAttributes = Record<string, never>;

/** Largest integer not above x. */
export const floor = defineUnary<FloorAttributes>({
  name: 'floor',
  summary: 'Round down',
  real: () => Math.floor,
});
