import { checkTargetOptions, definePlugin, defineTarget, type Link, type Target } from 'match-compiler';
import { clusterAssumptions, clusterModule, masterModule } from 'match-compiler/plugins/gap9';
import { simulatorPlatform } from 'match-compiler/plugins/simulator';
import { soc, socAssumptions } from './assumptions.ts';

/** Sizes of the memories in bytes. */
export interface PulpOpenOptions {
  /** For buffers: what the stacks leave. */
  readonly l1?: number;
  readonly l2?: number;
  readonly l3?: number;
}

/**
 * The open PULP platform: the eight cores of GAP9 and its controlling one without the accelerator, with less memory.
 * Cores read signed and unsigned activations alike; with `hardware` numerics they scale by a product and a shift.
 */
export function pulpOpenTarget(options: PulpOpenOptions = {}): Target {
  checkTargetOptions<PulpOpenOptions>('pulp-open', options, { l1: 'bytes', l2: 'bytes', l3: 'bytes' });
  const { l1 = soc.l1Bytes - soc.stackBytes, l2 = soc.l2Bytes, l3 = soc.l3Bytes } = options;
  const near: Omit<Link, 'to' | 'channel'> = {
    bytesPerCycle: soc.bytesPerCycle,
    startCycles: soc.startCycles,
    rowCycles: 0,
    enqueueCycles: soc.enqueueCycles,
  };
  const far: Omit<Link, 'to'> = {
    bytesPerCycle: soc.l3BytesPerCycle,
    startCycles: soc.l3StartCycles,
    rowCycles: 0,
    enqueueCycles: soc.enqueueCycles,
    channel: 'dma-l3',
  };
  const besideCores = { cluster: soc.transferBesideCores };
  return defineTarget({
    name: 'pulp-open',
    description: 'eight RISC-V cores around one L1',
    memories: {
      l1: {
        bytes: l1,
        alignment: 8,
        access: 'read-write',
        links: [{ to: 'l2', ...near, channel: 'dma-out' }],
      },
      l2: {
        bytes: l2,
        alignment: 8,
        access: 'read-write',
        links: [
          { to: 'l1', ...near, channel: 'dma-in' },
          { to: 'l3', ...far },
        ],
      },
      l3: { bytes: l3, alignment: 8, access: 'read-write', links: [{ to: 'l2', ...far }] },
    },
    homes: { activations: 'l2', constants: 'l2', overflow: 'l3' },
    modules: [masterModule(), clusterModule('measured')],
    contention: { 'dma-in': besideCores, 'dma-out': besideCores },
    requantization: { scaleBits: 16, largestShift: 31, perChannelShift: true, productBits: 31 },
    assumptions: [...socAssumptions, ...clusterAssumptions],
    packings: {},
    platforms: { sim: simulatorPlatform() },
  });
}

/** Target bundle of the open PULP platform. */
export const pulpOpen = definePlugin((options: PulpOpenOptions = {}) => ({
  name: 'pulp-open',
  target: pulpOpenTarget(options),
}));

export default pulpOpen;
