import {
  wholeTile,
  type LayoutChoice,
  type Offer,
  type Schedule,
  type ScheduleRequest,
  type Target,
  type Value,
} from 'match-compiler';

/** One module that can run a region with the layouts that were chosen. */
export interface RegionOption {
  readonly offer: Offer;
  readonly layouts: LayoutChoice;
  /** What the layouts were chosen for: with all memory at hand. */
  readonly schedule: Schedule;
  /** Memory of the module's own for activations; absent when it works where tensors live anyway. */
  readonly near: string | undefined;
  /** The cheapest schedule under a request; undefined where none fits. */
  readonly fit: (request: ScheduleRequest) => Schedule | undefined;
}

/** A region with every module that may run it. */
export interface RegionChoice {
  /** Values read and written; the options may list them in another order. */
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly options: readonly [RegionOption, ...RegionOption[]];
}

/** The memory that a module's kernels find activations in, where that is not the home of activations. */
export function nearMemory({ module }: Offer, target: Target): string | undefined {
  const { activations } = module.operands;
  return activations === target.homes.activations ? undefined : activations;
}

/** Cycles of a region on one module, however it is tiled. */
export function leastCycles({ offer: { region, pattern }, layouts }: RegionOption): number {
  const call = { region, layouts, tile: wholeTile };
  return pattern.leastCycles?.(call) ?? pattern.cycles(call);
}

/** Cycles of a region on one module by itself, without transfers. */
export function cyclesAlone({ offer: { region, pattern, module }, layouts }: RegionOption): number {
  const call = { region, layouts, tile: wholeTile };
  return pattern.cycles(call) + (pattern.dispatchCycles?.(call) ?? module.dispatchCycles);
}

export function regionOption(
  offer: Offer,
  schedule: Schedule,
  target: Target,
  best: ((request: ScheduleRequest) => Schedule | undefined) | undefined,
): RegionOption {
  const near = nearMemory(offer, target);
  const { layouts } = schedule;
  return {
    offer,
    layouts,
    schedule,
    near,
    fit: near === undefined ? () => schedule : best ? remembering(near, best) : () => undefined,
  };
}

/** One answer, with the range of free bytes that it holds for. */
interface Answer {
  /** What was asked with. */
  readonly upTo: number;
  /** What the schedule needs; 0 where nothing fits at all. */
  readonly from: number;
  readonly schedule: Schedule | undefined;
}

/**
 * The cheapest schedule for some bytes is the cheapest for fewer bytes as well, down to those that it needs:
 * most requests can be answered by an earlier one.
 */
function remembering(
  near: string,
  best: (request: ScheduleRequest) => Schedule | undefined,
): RegionOption['fit'] {
  const answers = new Map<string, Answer[]>();
  return (request) => {
    const { residentInputs, residentOutputs, share, sizes, bytes } = request;
    const key = JSON.stringify([residentInputs, residentOutputs, share.ranges, sizes]);
    const known = answers.get(key) ?? [];
    const found = known.find(({ from, upTo }) => from <= bytes && bytes <= upTo);
    if (found) return found.schedule;
    const schedule = best(request);
    known.push({ upTo: bytes, from: schedule?.bytes[near] ?? 0, schedule });
    answers.set(key, known);
    return schedule;
  };
}
