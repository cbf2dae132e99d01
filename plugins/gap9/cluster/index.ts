import type { ExecutionModule, ModulePattern } from 'match-compiler';
import { binaryPatterns } from './binary/index.ts';
import { convolutionPattern, pointwisePattern } from './convolution/index.ts';
import { concatPattern } from './copy/concat.ts';
import { copyPatterns } from './copy/index.ts';
import { windowsPattern } from './copy/windows.ts';
import { workers } from './costs.ts';
import { depthwisePattern } from './depthwise/index.ts';
import { mapPatterns } from './element-wise/index.ts';
import { conversionPatterns } from './element-wise/quantize.ts';
import { poolPatterns } from './pool/index.ts';
import { withPublishedCosts } from './published-costs.ts';
import { quantizedPairPattern } from './quantized-pair/index.ts';
import { softmaxPattern } from './softmax/index.ts';

export { clusterAssumptions } from './costs.ts';

/** Everything that the cluster's cores can run, on operands in L1. */
export const clusterPatterns: readonly ModulePattern[] = Object.freeze([
  convolutionPattern,
  pointwisePattern,
  depthwisePattern,
  ...poolPatterns,
  quantizedPairPattern,
  softmaxPattern,
  ...binaryPatterns,
  ...mapPatterns,
  ...conversionPatterns,
  ...copyPatterns,
  concatPattern,
  windowsPattern,
]);

/** Opening a parallel section on all cores and closing it: 33 to 93 measured, 50 to plan with. */
export const clusterDispatchCycles = 50;

/** The eight worker cores: one job at a time, of which every core takes its share. */
export function clusterModule(costs: 'measured' | 'published') {
  return {
    name: 'cluster',
    description: 'eight cores with a common L1, integer kernels',
    operands: { activations: 'l1', constants: 'l1' } as const,
    queueDepth: 1,
    workers,
    dispatchCycles: clusterDispatchCycles,
    patterns: costs === 'published' ? clusterPatterns.map(withPublishedCosts) : clusterPatterns,
  } satisfies ExecutionModule;
}
