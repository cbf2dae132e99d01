import { errorFunction } from '../arithmetic/error-function.ts';
import { defineUnary } from './element-wise.ts';

export type ErfAttributes = Record<string, never>;

/** Error function. */
export const erf = defineUnary<ErfAttributes>({
  name: 'erf',
  summary: 'Error function',
  inexact: true,
  real: () => errorFunction,
});
