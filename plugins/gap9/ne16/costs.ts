import type { Assumption } from 'match-compiler';

/**
 * Which figures the cost model rests on: those measured on the public simulator's model of the engine, or the
 * formula that published tilers share.
 */
export type Ne16Costs = 'measured' | 'published';

/** How the engine walks through a convolution. */
export type Ne16Mode = 'conv3x3' | 'depthwise3x3' | 'conv1x1' | 'linear';

/** One job as the engine sees it. */
export interface Ne16Job {
  readonly mode: Ne16Mode;
  /** Outputs per channel. */
  readonly rows: number;
  readonly columns: number;
  readonly padBottom: number;
  readonly padRight: number;
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly weightBits: number;
  /** Bits of a channel's scale; 0: sums leave the engine as they are. */
  readonly scaleBits: 0 | 8 | 16 | 32;
  readonly bias: boolean;
  readonly channelShift: boolean;
  readonly outputBits: 8 | 32;
}

/** Output channels that the engine computes side by side. */
export const blockChannels: Readonly<Record<Ne16Mode, number>> = {
  conv3x3: 32,
  depthwise3x3: 16,
  conv1x1: 32,
  linear: 32,
};

const measuredSource = 'measured on the public simulator model of the engine';
const publishedSource = 'latency model of the published tilers';

/** Cycles to program all registers of a job: what a launch costs the controller. */
export const dispatchCycles = 246;
/** Cycles to rewrite the registers that differ from the job before, in the free one of two register sets. */
const reprogramCycles = 109;
/** From a start to the event that says it is done, beside the work itself. */
const startCycles = 6;
/** What a job that was queued in time saves of it: it starts one cycle after the job before. */
const queuedSaving = 5;

/** Cycles per 16 input channels beside loading and multiplying. */
const reductionOverhead = { conv3x3: 18, conv1x1: 31 } as const;
/** The same per block of a depthwise job. */
const depthwiseOverhead = 28;
/** Cycles per 256 inputs in linear mode beside multiplying, of which 16 load 16 inputs each. */
const linearOverhead = 38;
const biasCycles = 4;
const channelShiftCycles = 1;

/** Figures of the cost model, for reports. */
export function ne16Assumptions(costs: Ne16Costs): readonly Assumption[] {
  const queue = [
    { name: 'ne16 job, all registers', value: dispatchCycles, source: measuredSource },
    { name: 'ne16 job, what changed', value: reprogramCycles, source: measuredSource },
  ];
  const own =
    costs === 'measured'
      ? [
          { name: 'ne16 start to end event', value: startCycles, source: measuredSource },
          { name: 'ne16 start saved when queued', value: queuedSaving, source: measuredSource },
          { name: 'ne16 3x3, per 16 inputs', value: reductionOverhead.conv3x3, source: measuredSource },
          { name: 'ne16 1x1, per 16 inputs', value: reductionOverhead.conv1x1, source: measuredSource },
          { name: 'ne16 depthwise, per block', value: depthwiseOverhead, source: measuredSource },
          { name: 'ne16 linear, per 256 inputs', value: linearOverhead, source: measuredSource },
          { name: 'ne16 bias, per block', value: biasCycles, source: measuredSource },
          { name: 'ne16 channel shifts, per block', value: channelShiftCycles, source: measuredSource },
        ]
      : [
          { name: 'ne16 3x3, load of a patch', value: published.load3x3, source: publishedSource },
          { name: 'ne16 1x1, load of a patch', value: published.load1x1, source: publishedSource },
          { name: 'ne16 weight offset', value: published.offset, source: publishedSource },
          { name: 'ne16 matrix product, start', value: published.product, source: publishedSource },
          { name: 'ne16 update', value: published.update, source: publishedSource },
          { name: 'ne16 scaling, start', value: published.scaling, source: publishedSource },
          { name: 'ne16 bias, start', value: published.bias, source: publishedSource },
          { name: 'ne16 channel shifts, per block', value: published.channelShift, source: publishedSource },
          { name: 'ne16 output, start', value: published.output, source: publishedSource },
        ];
  return [...queue, ...own].map((figure) => ({ ...figure, unit: 'cycles' }));
}

/** Cycles of one job from its start to the event that says it is done. */
export function jobCycles(job: Ne16Job, costs: Ne16Costs): number {
  return costs === 'measured' ? measuredCycles(job) : publishedCycles(job);
}

/** Equal jobs of a list. */
export interface JobGroup {
  readonly job: Ne16Job;
  readonly count: number;
}

/**
 * Cycles of jobs that follow each other: each is programmed while the one before it runs, the first beforehand.
 * @param groups the last job of the last group is the last of all
 */
export function jobListCycles(groups: readonly JobGroup[], costs: Ne16Costs): number {
  const saving = costs === 'measured' ? queuedSaving : 0;
  let total = 0;
  let last = 0;
  let lastQueued = 0;
  for (const { job, count } of groups) {
    last = jobCycles(job, costs);
    lastQueued = Math.max(last - saving, reprogramCycles);
    total += count * lastQueued;
  }
  return total - lastQueued + last;
}

/**
 * What no division of the same jobs among several calls takes less than: a job costs what it does behind others or
 * as the last of its call, whichever is less, and some job is the last. Cutting a job makes more subtiles or blocks
 * of it, each with costs of its own and another start, and never fewer pixels to load.
 */
export function leastJobListCycles(groups: readonly JobGroup[], costs: Ne16Costs): number {
  const saving = costs === 'measured' ? queuedSaving : 0;
  let total = 0;
  let leastSaved = Infinity;
  for (const { job, count } of groups) {
    const alone = jobCycles(job, costs);
    const least = Math.min(alone, Math.max(alone - saving, reprogramCycles));
    total += count * least;
    leastSaved = Math.min(leastSaved, alone - least);
  }
  return total + (leastSaved < Infinity ? leastSaved : 0);
}

/** A run of subtiles along one axis: how many, how many outputs each, how many inputs each loads. */
interface Subtiles {
  readonly count: number;
  readonly outputs: number;
  readonly loaded: number;
}

/** Three outputs each, the last what is left: it alone leaves out the padding behind the tensor. */
function subtilesOf(outputs: number, padAfter: number): readonly Subtiles[] {
  const count = Math.ceil(outputs / 3);
  const last = outputs - 3 * (count - 1);
  return [
    { count: count - 1, outputs: 3, loaded: 5 },
    { count: 1, outputs: last, loaded: last + 2 - padAfter },
  ];
}

/** Equal to what the engine's model took in every case that was run. */
function measuredCycles(job: Ne16Job): number {
  const { mode, inputChannels, outputChannels, weightBits, outputBits } = job;
  const size = blockChannels[mode];
  const blocks = Math.ceil(outputChannels / size);
  const lastChannels = outputChannels - (blocks - 1) * size;
  const groups = Math.ceil(inputChannels / 16);
  let total = startCycles;
  for (const [count, channels, last] of [
    [blocks - 1, size, false],
    [1, lastChannels, true],
  ] as const) {
    if (count === 0) continue;
    const scaling = scalingCycles(job, channels, last);
    if (mode === 'linear') {
      // Read in the model, not measured: the last step loads only the groups of 16 inputs that there are.
      const missing = 16 * Math.ceil(groups / 16) - groups;
      const steps = Math.ceil(groups / 16) * (linearOverhead + channels * weightBits) - missing;
      total += count * (steps + scaling + (outputBits === 8 ? 1 : Math.ceil(channels / 8)));
      continue;
    }
    for (const row of subtilesOf(job.rows, job.padBottom)) {
      for (const column of subtilesOf(job.columns, job.padRight)) {
        const pixels = row.loaded * column.loaded;
        const work =
          mode === 'conv3x3'
            ? groups * (reductionOverhead.conv3x3 + pixels + channels * weightBits)
            : mode === 'conv1x1'
              ? groups * (reductionOverhead.conv1x1 + channels)
              : depthwiseOverhead + pixels + channels * weightBits;
        const written = (row.outputs - 1) * 3 + column.outputs;
        const output =
          outputBits === 32
            ? written * Math.ceil(channels / 8) - (mode === 'conv1x1' ? 1 : 0)
            : written + (mode === 'conv1x1' ? 9 - row.outputs * column.outputs : 0);
        total += count * row.count * column.count * (work + scaling + output);
      }
    }
  }
  return total;
}

function scalingCycles(
  { mode, scaleBits, bias, channelShift }: Ne16Job,
  channels: number,
  last: boolean,
): number {
  if (scaleBits === 0) return 0;
  // A depthwise job reads the scales of 32 channels for every block but the last.
  const scales = mode === 'depthwise3x3' && !last ? scaleBits : Math.ceil((channels * scaleBits) / 32);
  return scales + (bias ? biasCycles : 0) + (channelShift ? channelShiftCycles : 0);
}

/** Constants of the published formula, in cycles. */
const published = {
  load3x3: 6 + 25,
  load1x1: 10 + 9,
  offset: 6,
  product: 6,
  update: 2,
  scaling: 9,
  bias: 8,
  /** 32 shifts of one byte, four a cycle. */
  channelShift: 8,
  output: 4,
} as const;

/** Every subtile counts as a full one. Linear mode has no published formula: then the measured one holds. */
function publishedCycles(job: Ne16Job): number {
  const { mode, scaleBits, weightBits } = job;
  if (mode === 'linear') return measuredCycles(job);
  const size = blockChannels[mode];
  let perSubtile = 0;
  for (let first = 0; first < job.outputChannels; first += size) {
    const channels = Math.min(size, job.outputChannels - first);
    const product = published.product + channels * (mode === 'conv1x1' ? 1 : weightBits);
    const offset = published.offset + (mode === 'depthwise3x3' ? channels : 0);
    const load = mode === 'conv1x1' ? published.load1x1 : published.load3x3;
    const steps = mode === 'depthwise3x3' ? 1 : Math.ceil(job.inputChannels / 16);
    const scaling =
      scaleBits === 0
        ? 0
        : published.scaling +
          Math.ceil((channels * scaleBits) / 32) +
          (job.bias ? published.bias + Math.ceil(channels / 8) : 0) +
          (job.channelShift ? published.channelShift : 0);
    const output = published.output + 9 * Math.ceil((channels * job.outputBits) / 256);
    perSubtile += steps * (load + offset + product + published.update) + scaling + output;
  }
  return Math.ceil(job.rows / 3) * Math.ceil(job.columns / 3) * perSubtile;
}
