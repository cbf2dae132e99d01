import { searchSchedule } from '../build/engine-parts.ts';
import type { Plugin } from '../compiler/plugin.ts';
import type { Offer, OfferSchedules, Schedule, ScheduleRequest } from '../mapping/candidates.ts';
import { residentSchedule } from '../mapping/resident-schedule.ts';
import type { LayoutChoice, ModulePattern, Region, Target } from '../target/target.ts';
import { wholeTile, type Tiling } from '../target/tiling.ts';

/**
 * How the regions under test are scheduled: as the compiler likes (0), cut along their first, second, … dimension
 * alone, then along all of them (1 and up). Modules that work where tensors live anyway have no tiles: the number
 * says which layouts they get.
 */
export type Turn = number;

/** What is left of the memory that a whole layer takes: the least that some cut fits is taken. */
const shares = [0.3, 0.45, 0.6, 0.75, 0.9, 0.999];

export function worksAtHome({ module }: Pick<Offer, 'module'>, { homes }: Target): boolean {
  const { activations, constants } = module.operands;
  return activations === homes.activations && constants === homes.constants;
}

/** Turns that make a difference for an offer. */
export function turnsOf(offer: Offer, target: Target): number {
  const layouts = offer.pattern.layouts(offer.region);
  if (worksAtHome(offer, target)) return layouts.length;
  const [first] = layouts;
  const tiling = first && offer.pattern.tiling?.(offer.region, first);
  const cuttable = tiling ? cuttableOf(tiling).length : 0;
  return 1 + cuttable + (cuttable > 1 ? 1 : 0);
}

/** The dimension that a turn cuts along, undefined in the last one: along all. */
export function cutAlong({ region, pattern }: Offer, turn: Turn): string | undefined {
  const layouts = layoutsOf(pattern.layouts(region), turn);
  const tiling = layouts && pattern.tiling?.(region, layouts);
  return tiling && cuttableOf(tiling)[turn - 1];
}

function layoutsOf(choices: readonly LayoutChoice[], turn: Turn): LayoutChoice | undefined {
  return choices[(turn - 1) % choices.length];
}

function cuttableOf({ dimensions }: Tiling): readonly string[] {
  return dimensions.filter(({ extent, granule }) => extent > granule).map(({ name }) => name);
}

/** How a region is to be cut: along one dimension or any, in how much of its module's memory. */
export interface Cut {
  /** Absent: along any dimension. */
  readonly only: string | undefined;
  readonly layouts: LayoutChoice;
  /** Memory level of the module's activations. */
  readonly memory: string;
  readonly bytes: number;
}

/** The cut of a turn from 1 on; undefined where no part of a whole layer's memory takes a part of it. */
export function cutOf(offer: Offer, target: Target, turn: Turn): Cut | undefined {
  const { region, pattern, module } = offer;
  const layouts = layoutsOf(pattern.layouts(region), turn);
  if (!layouts || !pattern.tiling || worksAtHome(offer, target)) return undefined;
  const only = cutAlong(offer, turn);
  const memory = module.operands.activations;
  const uncut = { ...offer, pattern: cutOnlyAlong(pattern, undefined) };
  const whole = searchSchedule(uncut, target, streamed(offer, layouts, 2 ** 40))?.bytes[memory] ?? 0;
  const most = Math.min(whole, target.memories[memory]?.bytes ?? 0);
  for (const share of shares) {
    const cut = { only, layouts, memory, bytes: Math.floor(most * share) };
    if (scheduleIn(offer, target, cut, cut.bytes)) return cut;
  }
  return undefined;
}

/** Schedules the regions under test as their turn and cut say; others as the compiler likes. */
export function forcedSchedules(
  caseOf: (region: Region) => { readonly turn: Turn; readonly cut?: Cut } | undefined,
): Plugin {
  return {
    name: 'testing:forced-schedules',
    enforce: 'pre',
    schedule: (offer, { target }) => {
      const own = caseOf(offer.region);
      if (!own) return null;
      if (worksAtHome(offer, target)) return oneLayout(offer, own.turn);
      return own.cut ? cutSchedules(offer, target, own.cut) : null;
    },
  };
}

function oneLayout(offer: Offer, turn: Turn): OfferSchedules | null {
  const choices = offer.pattern.layouts(offer.region);
  const layouts = choices[turn % choices.length];
  return layouts ? { schedules: [residentSchedule(offer, layouts)] } : null;
}

function cutSchedules(offer: Offer, target: Target, cut: Cut): OfferSchedules | null {
  const schedule = scheduleIn(offer, target, cut, cut.bytes);
  if (!schedule) return null;
  return {
    schedules: [schedule],
    best: ({ residentInputs, residentOutputs, bytes, share }) =>
      [...residentInputs, ...residentOutputs].includes(true) || Object.keys(share.ranges).length > 0
        ? undefined
        : bytes >= cut.bytes
          ? schedule
          : scheduleIn(offer, target, cut, bytes),
  };
}

function scheduleIn(
  offer: Offer,
  target: Target,
  { only, layouts }: Cut,
  bytes: number,
): Schedule | undefined {
  const pattern = only === undefined ? offer.pattern : cutOnlyAlong(offer.pattern, only);
  return searchSchedule({ ...offer, pattern }, target, streamed(offer, layouts, bytes));
}

/** With all operands streamed. */
function streamed({ region }: Offer, layouts: LayoutChoice, bytes: number): ScheduleRequest {
  return {
    layouts,
    residentInputs: region.inputs.map(() => false),
    residentOutputs: region.outputs.map(() => false),
    bytes,
    share: wholeTile,
  };
}

/** Along one dimension, or not at all. */
function cutOnlyAlong(pattern: ModulePattern, only: string | undefined): ModulePattern {
  return {
    ...pattern,
    tiling: (region, layouts) => {
      const tiling = pattern.tiling?.(region, layouts);
      if (!tiling) throw new TypeError(`${pattern.name} has no tiling`);
      return {
        ...tiling,
        dimensions: tiling.dimensions.map((dimension) =>
          dimension.name === only
            ? dimension
            : { ...dimension, granule: Math.max(dimension.granule, dimension.extent) },
        ),
      };
    },
  };
}
