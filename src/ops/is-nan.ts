import { defineFloatTest } from './float-class.ts';

export type IsNanAttributes = Record<string, never>;

/** Whether an element is NaN. */
export const isNan = defineFloatTest<IsNanAttributes>('is_nan', 'Whether an element is NaN', (x) =>
  Number.isNaN(x),
);
