import type { Assumption } from 'match-compiler';

/** Figures of the open PULP cluster, each with where it comes from. */
export const soc = {
  /** Level 1 memory of the cluster, in bytes; the stacks of its cores are in it. */
  l1Bytes: 65_536,
  stackBytes: 8 * 1024,
  /** Level 2 memory, in bytes. */
  l2Bytes: 524_288,
  /** External memory, in bytes: a parameter of the board. */
  l3Bytes: 8 * 2 ** 20,
  /** Between L1 and L2, each direction by itself. */
  bytesPerCycle: 8,
  enqueueCycles: 12,
  startCycles: 21,
  /** Between L2 and L3. */
  l3BytesPerCycle: 1,
  l3StartCycles: 200,
  /** Slow-down of a transfer while the cores work. */
  transferBesideCores: 1.15,
} as const;

const project = 'the platform’s public sources';

/** The same for reports. */
export const socAssumptions: readonly Assumption[] = [
  { name: 'L1', value: soc.l1Bytes, unit: 'bytes', source: project },
  { name: 'stacks in L1', value: soc.stackBytes, unit: 'bytes', source: 'assumption: 1 KiB per core' },
  { name: 'L2', value: soc.l2Bytes, unit: 'bytes', source: project },
  { name: 'L3', value: soc.l3Bytes, unit: 'bytes', source: 'assumption; depends on the board' },
  { name: 'transfer L1–L2', value: soc.bytesPerCycle, unit: 'bytes per cycle', source: project },
  {
    name: 'transfer L1–L2, fixed',
    value: soc.enqueueCycles + soc.startCycles,
    unit: 'cycles',
    source: 'estimate after the open cycle model of GAP9, whose L2 has no latency',
  },
  { name: 'transfer L2–L3', value: soc.l3BytesPerCycle, unit: 'bytes per cycle', source: 'assumption' },
  { name: 'transfer L2–L3, fixed', value: soc.l3StartCycles, unit: 'cycles', source: 'assumption' },
  {
    name: 'transfer beside cores',
    value: soc.transferBesideCores,
    unit: 'times slower',
    source: 'judgement: as on GAP9',
  },
];
