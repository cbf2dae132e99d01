import type { Assumption } from 'match-compiler';

/** Output columns, and output channels, that the array computes side by side. */
export const arraySide = 16;

/** Figures of the array's cost model, in cycles. */
const perInputRow = 2;
const perOutputRow = 23;
/** Channels of the widened depthwise weights, of which one counts. */
export const depthwiseLanes = 4;

/** One layer, or the part of one that is run at once. */
export interface ArrayJob {
  /** Input channels that an output sums over; 4 for depthwise layers. */
  readonly channels: number;
  readonly outputChannels: number;
  readonly outputColumns: number;
  readonly kernelColumns: number;
  /** Per output row, the rows of the filter that meet no padding. */
  readonly filterRows: readonly number[];
}

/**
 * Cycles of a convolution: ⌈K/16⌉ · ⌈OX/16⌉ · Σ (C·f·FX + 2·C·f + 23) over the output rows, f the rows of the filter that
 * meet no padding there: after a published cost model of the array.
 */
export function convolutionCycles(job: ArrayJob): number {
  const rows = job.filterRows.reduce((sum, f) => sum + rowCycles(job.channels, f, job.kernelColumns), 0);
  return Math.ceil(job.outputChannels / arraySide) * Math.ceil(job.outputColumns / arraySide) * rows;
}

/** One output row of 16 columns and 16 channels. */
export function rowCycles(channels: number, filterRows: number, kernelColumns: number): number {
  return channels * filterRows * (kernelColumns + perInputRow) + perOutputRow;
}

/** Cycles of a dense layer, 16 outputs at a time: ⌈K/16⌉ · (C + 23), C rounded up to 16. */
export function denseCycles(inputs: number, outputs: number): number {
  return Math.ceil(outputs / arraySide) * (arraySide * Math.ceil(inputs / arraySide) + perOutputRow);
}

/** Cycles of a sum of two tensors: elements / 16 + 23. */
export function addCycles(elements: number): number {
  return Math.ceil(elements / arraySide) + perOutputRow;
}

/** Figures of the cost model, for reports. */
export const digitalAssumptions: readonly Assumption[] = [
  {
    name: 'array: a row of 16 columns × 16 channels, fixed',
    value: perOutputRow,
    unit: 'cycles',
    source: 'published cost model of the array',
  },
  {
    name: 'array: per input channel and filter row, beside its columns',
    value: perInputRow,
    unit: 'cycles',
    source: 'published cost model of the array',
  },
  {
    name: 'array: channels of a depthwise layer',
    value: depthwiseLanes,
    unit: 'channels',
    source: 'assumption: weights are widened to four lanes, one of them alive',
  },
  {
    name: 'array: dense layer, per 16 outputs beside its inputs',
    value: perOutputRow,
    unit: 'cycles',
    source: 'assumption: as a row of a convolution',
  },
  {
    name: 'array: a ReLU before the clip to int8 leaves',
    value: 127,
    unit: 'at most, at least 0',
    source: 'assumption: published compilers for it fuse such an activation',
  },
  {
    name: 'array: elements added per cycle',
    value: arraySide,
    unit: 'elements',
    source: 'assumption',
  },
];
