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

interface Cut {
  readonly dimension: string;
  readonly at: number;
  readonly extent: number;
  /** The option that takes the part from 0. */
  readonly first: RegionOption;
  readonly second: RegionOption;
  /** Estimated cycles of the slower part. */
  readonly cycles: number;
}

/** What a share may use. */
export type ShareRequest = Omit<ScheduleRequest, 'layouts' | 'share'>;

/** Cuts that are worth a look by the clock, per pair of modules. */
const cutsTried = 3;

/**
 * Ways for two modules to compute one region side by side, cut along rows, columns or channels where both
 * come to about the same time. Estimates only: the caller times them.
 *
 * @param a, b each with its request; the bytes are those that both have together
 * @param limit cycles that one module alone takes: a cut has to promise less
 */
export function sharesOf(
  a: readonly [RegionOption, ShareRequest],
  b: readonly [RegionOption, ShareRequest],
  target: Target,
  limit: number,
): readonly (readonly [Share, Share])[] {
  const requests = new Map([a, b]);
  const cuts = cutsOf(a[0], b[0], target)
    .filter(({ cycles }) => cycles < limit)
    .sort((x, y) => x.cycles - y.cycles);
  return cuts.slice(0, cutsTried).flatMap(({ dimension, at, extent, first, second }) => {
    const parts = [
      { option: first, share: { ranges: { [dimension]: { start: 0, extent: at } } } },
      { option: second, share: { ranges: { [dimension]: { start: at, extent: extent - at } } } },
    ] as const;
    let left = Math.min(a[1].bytes, b[1].bytes);
    const shares: Share[] = [];
    for (const { option, share } of parts) {
      const request = requests.get(option);
      const schedule = request && option.fit({ ...request, layouts: option.layouts, share, bytes: left });
      if (!schedule) return [];
      left -= schedule.bytes[option.near ?? ''] ?? 0;
      shares.push({ option, share, schedule });
    }
    const [x, y] = shares;
    return x && y ? [[x, y]] : [];
  });
}

function cutsOf(a: RegionOption, b: RegionOption, target: Target): Cut[] {
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
    const cycles = Math.max(
      partCycles(first, name, 0, at) * slower(first, second),
      partCycles(second, name, at, extent - at) * slower(second, first),
    );
    cuts.push({ dimension: name, at, extent, first, second, cycles });
  }
  // Close to the balance there is little to choose: the best of each dimension and order is enough.
  return cuts.sort((x, y) => x.cycles - y.cycles).slice(0, 2);
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
