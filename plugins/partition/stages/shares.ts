import {
  type KernelCall,
  type Schedule,
  type ScheduleRequest,
  type Target,
  type Tile,
  type TileDimension,
} from 'match-compiler';
import { leastCommonMultiple } from './least-common-multiple.ts';
import type { RegionOption } from './options.ts';

/** A module's part of a region that two modules share. */
export interface Share {
  readonly option: RegionOption;
  readonly share: Tile;
  readonly schedule: Schedule;
}

/** A region in two parts, the first of which lies before the second. */
export interface Cut {
  readonly dimension: string;
  readonly at: number;
  readonly extent: number;
  /** The option that takes the part from 0. */
  readonly first: RegionOption;
  readonly second: RegionOption;
  /** Cycles of the calls, by module. */
  readonly loads: ReadonlyMap<string, number>;
  /** Estimated cycles of the slower part. */
  readonly cycles: number;
}

/** Two modules have to promise this part of what one takes, before they are timed. */
export const worthSharing = 0.97;

/** What a share may use. */
export type ShareRequest = Omit<ScheduleRequest, 'layouts' | 'share' | 'sizes'>;

/**
 * Ways for two modules to compute one region side by side, cut along rows, columns or channels where both come to
 * about the same time: the best of each dimension, since close to the balance there is little to choose. Estimates
 * only: the caller times them.
 *
 * @param limit cycles that one module alone takes: a cut has to promise less
 */
export function cutsOf(a: RegionOption, b: RegionOption, target: Target, limit: number): readonly Cut[] {
  const best = new Map<string, Cut>();
  for (const cut of allCuts(a, b, target)) {
    const kind = `${cut.dimension} ${cut.first === a}`;
    const known = best.get(kind);
    if (cut.cycles < limit && (!known || cut.cycles < known.cycles)) best.set(kind, cut);
  }
  return [...best.values()];
}

/**
 * Schedules for both parts of a cut; undefined where they do not fit together.
 *
 * @param requests by option; the bytes are those that both have together
 */
export function sharesOf(
  { dimension, at, extent, first, second }: Cut,
  requests: ReadonlyMap<RegionOption, ShareRequest>,
): readonly [Share, Share] | undefined {
  const parts = [
    { option: first, share: { ranges: { [dimension]: { start: 0, extent: at } } } },
    { option: second, share: { ranges: { [dimension]: { start: at, extent: extent - at } } } },
  ] as const;
  let left = Math.min(...[...requests.values()].map(({ bytes }) => bytes));
  const shares: Share[] = [];
  for (const { option, share } of parts) {
    const request = requests.get(option);
    const schedule = request && option.fit({ ...request, layouts: option.layouts, share, bytes: left });
    if (!schedule) return undefined;
    left -= schedule.bytes[option.near ?? ''] ?? 0;
    shares.push({ option, share, schedule });
  }
  const [x, y] = shares;
  return x && y && [x, y];
}

function allCuts(a: RegionOption, b: RegionOption, target: Target): Cut[] {
  const [left, right] = [a, b].map(
    ({ offer, layouts }) => offer.pattern.tiling?.(offer.region, layouts).dimensions ?? [],
  );
  const cuts: Cut[] = [];
  for (const dimension of left ?? []) {
    const other = right?.find(({ name }) => name === dimension.name);
    if (!other || other.extent !== dimension.extent || dimension.reduction || other.reduction) continue;
    for (const [first, second] of [
      [a, b],
      [b, a],
    ] as const) {
      cuts.push(...cutsAlong(dimension, other, first, second, target));
    }
  }
  return cuts;
}

function cutsAlong(
  dimension: TileDimension,
  other: TileDimension,
  first: RegionOption,
  second: RegionOption,
  target: Target,
): Cut[] {
  const { name, extent } = dimension;
  const step = leastCommonMultiple(dimension.granule, other.granule);
  const slower = (one: RegionOption, beside: RegionOption): number =>
    target.contention?.[one.offer.module.name]?.[beside.offer.module.name] ?? 1;
  const cuts: Cut[] = [];
  for (let at = step; at < extent; at += step) {
    const [before, behind] = [partCycles(first, name, 0, at), partCycles(second, name, at, extent - at)];
    const cycles = Math.max(before * slower(first, second), behind * slower(second, first));
    const loads = new Map([
      [first.offer.module.name, before],
      [second.offer.module.name, behind],
    ]);
    cuts.push({ dimension: name, at, extent, first, second, loads, cycles });
  }
  return cuts;
}

function partCycles(
  { offer, layouts }: RegionOption,
  dimension: string,
  start: number,
  extent: number,
): number {
  const { region, pattern, module } = offer;
  const call: KernelCall = { region, layouts, tile: { ranges: { [dimension]: { start, extent } } } };
  return pattern.cycles(call) + (pattern.dispatchCycles?.(call) ?? module.dispatchCycles);
}
