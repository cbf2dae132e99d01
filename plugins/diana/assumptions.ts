import type { Assumption } from 'match-compiler';

const papers = 'publications on the SoC';
const published = 'model of a published compiler for the SoC';

/** Figures of the system on chip, each with where it comes from below. */
export const soc = {
  /** Level 1 memory for activations, shared by both accelerators, in bytes. */
  l1Bytes: 262_144,
  l2Bytes: 524_288,
  /** External memory for constants that L2 has no room for, in bytes. */
  l3Bytes: 8 * 2 ** 20,
  /** Weight memories of the accelerators, in bytes; the analog one is 1152 × 512 cells of 2 bits. */
  weightBytes: 65_536,
  analogWeightBytes: 147_456,
  /** Between L2 and the accelerators' memories. */
  bytesPerCycle: 16,
  /** More for every contiguous chunk of a transfer. */
  chunkCycles: 70,
  /** Of the host core, to hand over a transfer or a job. */
  enqueueCycles: 0,
  dispatchCycles: 50,
  /** Between L2 and external memory. */
  l3BytesPerCycle: 1,
  l3StartCycles: 200,
  /** Slow-down of an accelerator while a transfer runs, where the two do not overlap: it stands still. */
  standstill: 1e6,
} as const;

/** The same for reports. */
export function socAssumptions(sizes: {
  readonly l1: number;
  readonly l2: number;
  readonly l3: number;
  readonly weights: number;
  readonly analogWeights: number;
  readonly l2BytesPerCycle: number;
  readonly overlap: boolean;
  readonly clockMHz: number | undefined;
}): readonly Assumption[] {
  const { l1, l2, l3, weights, analogWeights, l2BytesPerCycle, overlap, clockMHz } = sizes;
  return [
    { name: 'L1', value: l1, unit: 'bytes', source: papers },
    { name: 'L2', value: l2, unit: 'bytes', source: papers },
    { name: 'L3', value: l3, unit: 'bytes', source: 'assumption; depends on the board' },
    { name: 'weight memory, digital', value: weights, unit: 'bytes', source: papers },
    { name: 'weight memory, analog', value: analogWeights, unit: 'bytes', source: papers },
    {
      name: 'transfer L2–L1',
      value: l2BytesPerCycle,
      unit: 'bytes per cycle',
      source: `${published}; another one has 8`,
    },
    { name: 'transfer, per contiguous chunk', value: soc.chunkCycles, unit: 'cycles', source: published },
    { name: 'transfer L2–L3', value: soc.l3BytesPerCycle, unit: 'bytes per cycle', source: 'assumption' },
    { name: 'transfer L2–L3, fixed', value: soc.l3StartCycles, unit: 'cycles', source: 'assumption' },
    {
      name: 'transfers beside the accelerators',
      value: overlap ? 1 : 0,
      unit: '1: yes, 0: an accelerator stands still meanwhile',
      source: 'assumption: not published; published compilers do not overlap them',
    },
    { name: 'dispatch of a job', value: soc.dispatchCycles, unit: 'cycles', source: 'assumption' },
    ...(clockMHz === undefined
      ? []
      : [{ name: 'clock', value: clockMHz, unit: 'MHz', source: 'parameter: 260 and 100 are published' }]),
  ];
}
