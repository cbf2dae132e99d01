import { semanticFlags, type BundleFile, type Platform, type Target } from 'match-compiler';
import runtimeHeader from './templates/match_runtime.h';
import runtimeSource from './templates/match_runtime_sim.c';
import internalHeader from './templates/match_sim.h';
import memorySource from './templates/match_sim_memory.c';
import reportSource from './templates/match_sim_report.c';
import { targetHeader } from './target-header.ts';

export { targetHeader } from './target-header.ts';

/** Exit code of an emitted program that broke a rule of the simulated hardware. */
export const trapExitCode = 99;

/**
 * What emitted networks ask of any platform with engines beside the controller, as C: a platform for a real
 * system brings this file too, a `match_target.h` of its own and the functions that it declares.
 */
export const runtimeInterface: BundleFile = { path: 'match_runtime.h', content: runtimeHeader };

/**
 * A platform that runs the emitted C on this machine: functionally exact, with the target's engines, queues,
 * contention and transfer costs on a virtual clock, and traps for whatever the hardware does not promise.
 */
export function simulatorPlatform(): Platform {
  return {
    description: 'this machine, simulating the engines and memories of the target',
    compilers: ['gcc', 'clang', 'cc'],
    flags: ['-O2', ...semanticFlags],
    runner: [],
    simulator: true,
    runtime,
  };
}

function runtime(target: Target): readonly BundleFile[] {
  return [
    runtimeInterface,
    { path: 'match_target.h', content: targetHeader(target) },
    { path: 'match_runtime_sim.c', content: runtimeSource },
    { path: 'match_sim.h', content: internalHeader },
    { path: 'match_sim_memory.c', content: memorySource },
    { path: 'match_sim_report.c', content: reportSource },
  ];
}

export default simulatorPlatform;
