import { definePlugin, defineTarget, type Target } from 'match-compiler';
import { portablePatterns } from './kernels/index.ts';

export { summaryOf } from './kernel-instance.ts';
export { hostKernels, portablePatterns } from './kernels/index.ts';
export { poolAt, type PoolPositions } from './kernels/pool/index.ts';
export { support } from './support/index.ts';

/** Sizes of the two memories, in bytes. */
export interface HostOptions {
  readonly ram?: number;
  readonly flash?: number;
}

/** Far more than any network for microcontrollers needs, and still in reach of 31-bit offsets. */
const plenty = 2 ** 30;

/** Plain C on one core with one RAM and constants in flash: a PC, or any microcontroller without accelerators. */
export function hostTarget({ ram = plenty, flash = plenty }: HostOptions = {}): Target {
  return defineTarget({
    name: 'host',
    description: 'one core, portable C99',
    memories: {
      ram: { bytes: ram, alignment: 16, access: 'read-write', links: [] },
      flash: { bytes: flash, alignment: 4, access: 'read-only', links: [] },
    },
    homes: { activations: 'ram', constants: 'flash' },
    modules: [
      {
        name: 'cpu',
        description: 'the core itself, one kernel after the other',
        operands: { activations: 'ram', constants: 'flash' },
        queueDepth: 0,
        dispatchCycles: 0,
        patterns: portablePatterns,
      },
    ],
    packings: {},
    platforms: {
      sim: {
        description: 'this machine',
        compilers: ['gcc', 'clang', 'cc'],
        flags: ['-std=c99', '-O2', '-ffp-contract=off', '-fno-strict-aliasing'],
        runner: [],
      },
    },
  });
}

/** Target bundle of the machine at hand. */
export const host = definePlugin((options: HostOptions = {}) => ({
  name: 'host',
  target: hostTarget(options),
}));

export default host;
