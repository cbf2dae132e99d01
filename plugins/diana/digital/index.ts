import type { ModulePattern } from 'match-compiler';
import { addPattern } from './add.ts';
import { changeSignPattern } from './change-sign.ts';
import { arrayPattern } from './pattern.ts';

export { addCycles, convolutionCycles, denseCycles, digitalAssumptions, type ArrayJob } from './costs.ts';

/**
 * What the digital array runs: convolutions with sides of 1, 3, 5 and 7, depthwise ones, pointwise ones with the image as
 * one row, dense layers, sums, and changes of sign. Layers with a requantize that shifts the whole layer alike.
 */
export function digitalPatterns(): readonly ModulePattern[] {
  return [
    arrayPattern('conv2d'),
    arrayPattern('conv1x1_flat'),
    arrayPattern('depthwise'),
    arrayPattern('dense'),
    addPattern,
    changeSignPattern,
  ];
}
