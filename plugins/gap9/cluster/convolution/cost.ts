import { costs, workers } from '../costs.ts';
import type { ProductFacts, TileExtents } from './facts.ts';

/** Into how many parts pixels and blocks of channels are cut for the team. */
export interface TeamSplit {
  readonly pixelParts: number;
  readonly channelParts: number;
  /** Of the slowest worker. */
  readonly cycles: number;
}

const splits = [8, 4, 2, 1].map((pixelParts) => ({ pixelParts, channelParts: workers / pixelParts }));

/** The fastest split of a tile, and its cycles; see `costs` for where the figures come from. */
export function teamSplit(facts: ProductFacts, extents: TileExtents, copiesWindows: boolean): TeamSplit {
  const { blockChannels } = facts;
  const pixels = extents.rows * extents.columns;
  const blocks = Math.ceil(extents.channels / blockChannels);
  let best: TeamSplit | undefined;
  for (const { pixelParts, channelParts } of splits) {
    const own = Math.ceil(pixels / pixelParts);
    const channels = Math.min(extents.channels, Math.ceil(blocks / channelParts) * blockChannels);
    const worker = workerCycles(facts, extents, own, channels, copiesWindows);
    const cycles = Math.ceil(costs.entry + costs.teamFactor * worker);
    if (!best || cycles < best.cycles) best = { pixelParts, channelParts, cycles };
  }
  return best ?? { pixelParts: 1, channelParts: workers, cycles: Infinity };
}

/** A worker's pixels, in pairs, times its channels, in blocks of four. */
function workerCycles(
  facts: ProductFacts,
  { inputs, first, last }: TileExtents,
  pixels: number,
  channels: number,
  copiesWindows: boolean,
): number {
  const { scaling, taps } = facts;
  const words = Math.ceil((taps * inputs) / 4);
  const result = (last ? scaling.cycles : costs.storeSum) + (first ? 0 : costs.loadSum);
  const fours = Math.floor(channels / 4);
  const rest = channels - 4 * fours;
  const products = (step: number, channelStep: number, count: number): number =>
    fours * (step * words + costs.block + 4 * count * result) +
    rest * (channelStep * words + costs.block / 2 + count * result);
  const copy = copiesWindows ? windowCycles(facts, inputs, channels, Math.ceil) : 0;
  const pairs = Math.floor(pixels / 2);
  return (
    pairs * (costs.pair + 2 * copy + products(costs.step, costs.channelStep, 2)) +
    (pixels - 2 * pairs) * (costs.pair / 2 + copy + products(costs.singleStep, costs.channelSingleStep, 1))
  );
}

/** Copying one pixel's windows for so many channels: a row lies in one piece unless it is dilated or in groups. */
function windowCycles(
  { convolution: { rows, columns, groups, outputChannels }, taps }: ProductFacts,
  inputs: number,
  channels: number,
  whole: (value: number) => number,
): number {
  const runs = rows.kernel * (columns.dilation === 1 && groups === 1 ? 1 : columns.kernel);
  const groupsCopied = Math.max(1, whole((channels * groups) / outputChannels));
  return groupsCopied * runs * (costs.windowRow + costs.windowWord * whole((taps * inputs) / runs / 4));
}

/**
 * What no way to cut a tile beats: all pixels in pairs, all channels in whole blocks, every pixel's windows copied
 * once, the work spread evenly over the team, one call.
 */
export function leastProductCycles(
  facts: ProductFacts,
  { rows, columns, channels, inputs, last }: TileExtents,
  copiesWindows: boolean,
): number {
  const { scaling, taps, chunks } = facts;
  const exact = (taps * inputs) / 4;
  const result = last ? scaling.cycles : costs.storeSum;
  const whole = chunks === 1 ? Math.ceil : (value: number): number => value;
  const copy = copiesWindows ? windowCycles(facts, inputs, channels, whole) : 0;
  const pair =
    costs.pair + 2 * copy + (channels / 4) * (costs.step * whole(exact) + costs.block + 8 * result);
  const work = ((rows * columns) / 2) * pair;
  return Math.floor(costs.entry + (costs.teamFactor * work) / workers);
}
