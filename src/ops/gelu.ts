import { errorFunction } from '../arithmetic/error-function.ts';
import { defineUnary } from './element-wise.ts';

export type GeluAttributes = {
  /** The tanh approximation instead of the error function. */
  readonly approximate?: 'tanh';
};

/** x·Φ(x) = x/2·(1 + erf(x/√2)), or x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))). */
export const gelu = defineUnary<GeluAttributes>({
  name: 'gelu',
  summary: 'Gaussian error linear unit',
  inexact: true,
  real: ({ approximate }) =>
    approximate === 'tanh'
      ? (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
      : (x) => 0.5 * x * (1 + errorFunction(x * Math.SQRT1_2)),
});
