import type { ExecutionModule, ModulePattern } from 'match-compiler';
import { portablePatterns } from 'match-compiler/plugins/host';
import { soc } from '../assumptions.ts';

/**
 * How many times slower a portable kernel is on tensors in L2 than the figures of the host say. Its inner loops
 * access memory twice and compute once in 2 cycles (multiply-accumulate), 3 (element-wise) or 3.5 (strided
 * multiply-accumulate) of the host's model; at 15 cycles an access that is 31 cycles, 15.5, 10.3 and 8.9 times as
 * many. 12 lies in between; against the cluster the master loses with any of them.
 */
const slowDown = Math.round((2 * soc.l2AccessCycles + 1) / 2.6);

/** Any node on the cluster's ninth core, which also hands out all other work: nothing runs beside it. */
export function masterModule() {
  return {
    name: 'master',
    description: 'the controlling core by itself, any operator, on tensors in L2',
    operands: { activations: 'l2', constants: 'l2' } as const,
    queueDepth: 0,
    dispatchCycles: 0,
    patterns: portablePatterns.map((pattern): ModulePattern => ({
      ...pattern,
      cycles: (call) => slowDown * pattern.cycles(call),
    })),
  } satisfies ExecutionModule;
}
