import { checkTargetOptions, defineTarget, type Link, type Target } from 'match-compiler';
import { simulatorPlatform } from 'match-compiler/plugins/simulator';
import { soc, socAssumptions } from './assumptions.ts';
import { clusterAssumptions, clusterModule } from './cluster/index.ts';
import { masterModule } from './master/index.ts';
import { dispatchCycles, ne16Assumptions, ne16Patterns, type Ne16Costs } from './ne16/index.ts';

/** Sizes of the memories in bytes, and what the cost models rest on. */
export interface Gap9Options {
  readonly l1?: number;
  readonly l2?: number;
  readonly l3?: number;
  /** Figures measured on an open model of the SoC (default), or the formulas that published tilers use. */
  readonly costs?: Ne16Costs;
  /** Bits of the scales that requantizes get under `numerics: 'hardware'`: 8, 16 (default) or 32. */
  readonly scaleBits?: 8 | 16 | 32;
}

/**
 * GAP9: eight cores and a ninth that controls, the NE16 accelerator, L1 shared by all of them, L2 and L3 behind
 * transfer channels. Activations are unsigned where NE16 may read them.
 *
 * @throws {MatchError} TARGET_INVALID for an option that is none, or has no such value
 */
export function gap9Target(options: Gap9Options = {}): Target {
  checkTargetOptions<Gap9Options>('gap9', options, {
    l1: 'bytes',
    l2: 'bytes',
    l3: 'bytes',
    costs: ['measured', 'published'],
    scaleBits: [8, 16, 32],
  });
  const {
    l1 = soc.l1Bytes,
    l2 = soc.l2Bytes,
    l3 = soc.l3Bytes,
    costs = 'measured',
    scaleBits = 16,
  } = options;
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
  const store = { rowCycles: soc.storeRowCycles, burstBytes: soc.burstBytes };
  const besideTransfer = { cluster: soc.transferBesideEngines, ne16: soc.transferBesideEngines };
  return defineTarget({
    name: 'gap9',
    description: 'eight RISC-V cores and the NE16 accelerator around one L1',
    memories: {
      l1: {
        bytes: l1,
        alignment: 8,
        access: 'read-write',
        links: [{ to: 'l2', ...near, ...store, channel: 'dma-out' }],
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
    modules: [
      masterModule(),
      clusterModule(costs),
      {
        name: 'ne16',
        description: 'accelerator of convolutions and dense layers, 2- to 8-bit weights',
        operands: { activations: 'l1', constants: 'l1' },
        queueDepth: 2,
        dispatchCycles,
        patterns: ne16Patterns(costs),
      },
    ],
    contention: {
      ne16: { cluster: soc.acceleratorBesideCores },
      cluster: { ne16: soc.coresBesideAccelerator },
      'dma-in': besideTransfer,
      'dma-out': besideTransfer,
    },
    activationSign: 'unsigned',
    requantization: { scaleBits, largestShift: 31, perChannelShift: true, productBits: 31 },
    assumptions: [...socAssumptions, ...clusterAssumptions, ...ne16Assumptions(costs)],
    packings: {},
    platforms: { sim: simulatorPlatform() },
  });
}
