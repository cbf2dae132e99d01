import type { ModulePattern } from 'match-compiler';
import { analogConvolution } from './pattern.ts';

export { analogArray, analogAssumptions } from './array.ts';

/**
 * What the analog in-memory core runs: convolutions with weights of −1, 0 and 1 whose window has at most 1152 of them,
 * biases included as rows that constants drive, at most 512 filters, on inputs of seven bits, with results of six.
 */
export function analogPatterns(): readonly ModulePattern[] {
  return [analogConvolution];
}
