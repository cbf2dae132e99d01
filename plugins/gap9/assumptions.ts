import type { Assumption } from 'match-compiler';

const facts = 'public sources of the SoC’s tools';
const measured = 'measured on the open cycle model of the SoC family';

/** Figures of the system on chip, each with where it comes from. */
export const soc = {
  /** Level 1 memory of the cluster less the stacks of its cores, in bytes. */
  l1Bytes: 122_880,
  /** Level 2 memory for data, in bytes. */
  l2Bytes: 1_400_000,
  /** External memory, in bytes: a parameter of the board. */
  l3Bytes: 8 * 2 ** 20,
  /** Between L1 and L2, each direction by itself. */
  bytesPerCycle: 8,
  /** Of the controller to hand over a transfer: an identifier and three register writes, 12 measured. */
  enqueueCycles: 12,
  /**
   * Until the transfer is done, beside the bytes: with the cycles above 50 per transfer. 21 measured on a model
   * without L2 latency; 40 to 60 estimated for silicon.
   */
  startCycles: 38,
  /** From L1 to L2, one more for every burst that is started. */
  storeRowCycles: 1,
  burstBytes: 256,
  /** Between L2 and L3; open tools name no figure. */
  l3BytesPerCycle: 1,
  l3StartCycles: 200,
  /** Slow-down of the accelerator while the cores work, and of the cores while it works. */
  acceleratorBesideCores: 1.2,
  coresBesideAccelerator: 1.1,
  /** Slow-down of a transfer while cores or accelerator work. */
  transferBesideEngines: 1.15,
  /** A load or store in L2 from a core. */
  l2AccessCycles: 15,
} as const;

/** The same for reports. */
export const socAssumptions: readonly Assumption[] = [
  { name: 'L1 for buffers', value: soc.l1Bytes, unit: 'bytes', source: `${facts}: 128 KiB less the stacks` },
  { name: 'L2 for data', value: soc.l2Bytes, unit: 'bytes', source: facts },
  { name: 'L3', value: soc.l3Bytes, unit: 'bytes', source: 'assumption; depends on the board' },
  { name: 'transfer L1–L2', value: soc.bytesPerCycle, unit: 'bytes per cycle', source: measured },
  {
    name: 'transfer L1–L2, fixed',
    value: soc.enqueueCycles + soc.startCycles,
    unit: 'cycles',
    source: 'estimate: 21 measured on a model without L2 latency, 40 to 60 expected on silicon',
  },
  { name: 'transfer L1→L2, per burst', value: soc.storeRowCycles, unit: 'cycles', source: measured },
  { name: 'transfer L2–L3', value: soc.l3BytesPerCycle, unit: 'bytes per cycle', source: 'assumption' },
  { name: 'transfer L2–L3, fixed', value: soc.l3StartCycles, unit: 'cycles', source: 'assumption' },
  {
    name: 'NE16 beside the cluster',
    value: soc.acceleratorBesideCores,
    unit: 'times slower',
    source: 'judgement: 1.0 to 1.6 measured, by set-up',
  },
  {
    name: 'cluster beside NE16',
    value: soc.coresBesideAccelerator,
    unit: 'times slower',
    source: 'judgement: 1.0 to 1.08 measured, by set-up',
  },
  {
    name: 'transfer beside engines',
    value: soc.transferBesideEngines,
    unit: 'times slower',
    source: 'judgement: 1.0 to 1.18 measured, by set-up',
  },
  { name: 'L2 access of a core', value: soc.l2AccessCycles, unit: 'cycles', source: measured },
];
