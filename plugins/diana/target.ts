import { checkTargetOptions, defineTarget, type Link, type Target } from 'match-compiler';
import { simulatorPlatform } from 'match-compiler/plugins/simulator';
import { analogArray, analogAssumptions, analogPatterns } from './analog/index.ts';
import { soc, socAssumptions } from './assumptions.ts';
import { digitalAssumptions, digitalPatterns } from './digital/index.ts';
import { hostAssumptions, hostModule, type HostKernels } from './host/index.ts';

/** Sizes of the memories in bytes, and what the cost models rest on. */
export interface DianaOptions {
  readonly l1?: number;
  readonly l2?: number;
  readonly l3?: number;
  /** Weight memory of the digital array. */
  readonly weights?: number;
  /** Weight memory of the analog core. */
  readonly analogWeights?: number;
  /** Transfers run beside the accelerators (default), or an accelerator stands still meanwhile: not published. */
  readonly overlap?: boolean;
  /** For reports; cycles do not depend on it. */
  readonly clockMHz?: number;
  readonly l2BytesPerCycle?: number;
  /** Figures of plain loops (default), which is what is emitted, or of optimised kernels. */
  readonly hostKernels?: HostKernels;
}

/**
 * DIANA: a RISC-V host core, a digital array and an analog in-memory core that share L1 for activations, each with a
 * memory of its own for weights; L2 behind one transfer channel.
 */
export function dianaTarget(options: DianaOptions = {}): Target {
  checkTargetOptions<DianaOptions>('diana', options, {
    l1: 'bytes',
    l2: 'bytes',
    l3: 'bytes',
    weights: 'bytes',
    analogWeights: 'bytes',
    overlap: 'boolean',
    clockMHz: 'positive',
    l2BytesPerCycle: 'positive',
    hostKernels: ['plain', 'optimized'],
  });
  const {
    l1 = soc.l1Bytes,
    l2 = soc.l2Bytes,
    l3 = soc.l3Bytes,
    weights = soc.weightBytes,
    analogWeights = soc.analogWeightBytes,
    overlap = true,
    clockMHz,
    l2BytesPerCycle = soc.bytesPerCycle,
    hostKernels = 'plain',
  } = options;
  const near: Omit<Link, 'to'> = {
    bytesPerCycle: l2BytesPerCycle,
    startCycles: 0,
    rowCycles: soc.chunkCycles,
    enqueueCycles: soc.enqueueCycles,
    channel: 'dma',
  };
  const far: Omit<Link, 'to'> = {
    bytesPerCycle: soc.l3BytesPerCycle,
    startCycles: soc.l3StartCycles,
    rowCycles: 0,
    enqueueCycles: soc.enqueueCycles,
    channel: 'dma-l3',
  };
  const own = { alignment: 16, access: 'read-write' } as const;
  const standsStill = { dma: soc.standstill };
  return defineTarget({
    name: 'diana',
    description: 'a RISC-V core, a digital array and an analog in-memory core around one L1',
    memories: {
      l1: { bytes: l1, ...own, links: [{ to: 'l2', ...near }] },
      weights: { bytes: weights, ...own, links: [] },
      analog_weights: { bytes: analogWeights, ...own, links: [] },
      l2: {
        bytes: l2,
        ...own,
        links: [
          { to: 'l1', ...near },
          { to: 'weights', ...near },
          { to: 'analog_weights', ...near },
          { to: 'l3', ...far },
        ],
      },
      l3: { bytes: l3, ...own, links: [{ to: 'l2', ...far }] },
    },
    homes: { activations: 'l2', constants: 'l2', overflow: 'l3' },
    modules: [
      hostModule(hostKernels),
      {
        name: 'digital',
        description: 'array of 16 columns by 16 channels, 8 bits',
        operands: { activations: 'l1', constants: 'weights' },
        queueDepth: 1,
        dispatchCycles: soc.dispatchCycles,
        patterns: digitalPatterns(),
      },
      {
        name: 'analog',
        description: 'in-memory core of 1152 by 512 cells, weights of −1, 0 and 1',
        operands: { activations: 'l1', constants: 'analog_weights' },
        queueDepth: 1,
        dispatchCycles: soc.dispatchCycles,
        patterns: analogPatterns(),
      },
    ],
    ...(!overlap && { contention: { digital: standsStill, analog: standsStill } }),
    requantization: {
      scaleBits: 0,
      largestShift: 31,
      perChannelShift: false,
      productBits: 31,
      ternary: {
        inputBits: analogArray.inputBits,
        outputBits: analogArray.outputBits,
        mostWeights: analogArray.weightRows,
        mostOutputChannels: analogArray.columns,
      },
    },
    assumptions: [
      ...socAssumptions({ l1, l2, l3, weights, analogWeights, l2BytesPerCycle, overlap, clockMHz }),
      ...digitalAssumptions,
      ...analogAssumptions,
      ...hostAssumptions(hostKernels),
    ],
    packings: {},
    platforms: { sim: simulatorPlatform() },
  });
}
