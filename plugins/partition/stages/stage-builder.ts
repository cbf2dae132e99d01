import {
  tilesOf,
  wholeTile,
  type MappedRegion,
  type Schedule,
  type Stage,
  type StageJob,
  type Target,
  type Tile,
  type Value,
} from 'match-compiler';
import type { RegionChoice, RegionOption } from './options.ts';
import { sharesOf } from './shares.ts';
import { StageClock } from './stage-clock.ts';
import { fetchCycles } from './fetch-cycles.ts';
import { Lifetimes, samePlaces, type State } from './states.ts';
import { stripSchedule } from './strip-schedule.ts';
import { stripPairs, type Strip, type StripOptions } from './strips.ts';

export interface StageProblem {
  readonly target: Target;
  /** In execution order. */
  readonly regions: readonly RegionChoice[];
  readonly views: ReadonlyMap<Value, Value>;
  readonly outputs: readonly Value[];
  /** Part of each near memory that may be used: placement may need some air. */
  readonly usable: number;
}

/** Regions and shares in one stage: longer ones take long to time, and hold their memory longer. */
const longestStage = 12;
/** Ways to cut a pair that are timed, those first that promise most. */
const mostTimed = 6;
/** Two modules have to promise this part of what one takes, before they are timed. */
const worthSharing = 0.97;

/** Builds and times the stages that may come next. */
export class StageBuilder {
  readonly #problem: StageProblem;
  readonly #clock: StageClock;
  readonly #lifetimes: Lifetimes;
  /** Values with a reader that runs on no module with a near memory: they have to be at home by then. */
  readonly #readAtHome: ReadonlySet<Value>;
  #ids = 0;

  constructor(problem: StageProblem) {
    this.#problem = problem;
    this.#clock = new StageClock(problem.target);
    this.#lifetimes = new Lifetimes(problem.regions, problem.views, problem.outputs, problem.target);
    this.#readAtHome = new Set(
      problem.regions
        .filter(({ options }) => options.every(({ near }) => near === undefined))
        .flatMap(({ inputs }) => inputs.map((value) => this.#lifetimes.source(value))),
    );
  }

  /** Cycles that the constants of a region may take to fetch: what a stage before can hide at most. */
  hidden(choice: RegionChoice): number {
    return Math.max(0, ...choice.options.map((option) => fetchCycles(option, this.#problem.target)));
  }

  /** One region on one module, or shared by two. */
  single(state: State, choice: RegionChoice, i: number): State[] {
    const next: State[] = [];
    const fastest = new Map<string, number>();
    for (const option of choice.options) {
      for (const place of this.#outputPlaces(option, choice)) {
        const request = this.#request(state, option, choice, place);
        const schedule = request && option.fit({ ...request, layouts: option.layouts, share: wholeTile });
        if (!schedule) continue;
        const region = this.#mapped(option, schedule, wholeTile);
        next.push(...this.#arrive(state, [region], [this.#jobs(region)], choice, place, i));
        fastest.set(place, Math.min(fastest.get(place) ?? Infinity, worthSharing * schedule.cycles));
      }
    }
    choice.options.forEach((first, at) => {
      for (const second of choice.options.slice(at + 1)) {
        if (first.near === undefined || first.near !== second.near) continue;
        for (const place of this.#outputPlaces(first, choice)) {
          next.push(
            ...this.#shared(state, [first, second], choice, place, i, fastest.get(place) ?? Infinity),
          );
        }
      }
    });
    return next;
  }

  /** One region on two modules side by side. */
  #shared(
    state: State,
    [first, second]: readonly [RegionOption, RegionOption],
    choice: RegionChoice,
    place: string,
    i: number,
    limit: number,
  ): State[] {
    const requests = [first, second].map((option) => this.#request(state, option, choice, place));
    const [a, b] = requests;
    if (!a || !b) return [];
    return sharesOf([first, a], [second, b], this.#problem.target, limit).flatMap((shares) => {
      const parts = shares.map(({ option, schedule, share }) => this.#mapped(option, schedule, share));
      const jobs = parts.map((part) => this.#jobs(part));
      return [
        ...this.#arrive(state, parts, jobs, choice, place, i),
        ...this.#arrive(state, parts.toReversed(), jobs.toReversed(), choice, place, i),
      ];
    });
  }

  /** A region and the one behind it, strip by strip on different modules. */
  pair(
    state: State,
    first: RegionChoice,
    second: RegionChoice,
    i: number,
    known: ReadonlyMap<string, State>,
  ): State[] {
    const [value, ...others] = first.outputs;
    if (!value || others.length > 0 || !second.inputs.includes(value)) return [];
    if (this.#lifetimes.isOutput(value)) return [];
    const next: State[] = [];
    for (const consumer of second.options) {
      for (const alone of first.options) {
        const { near } = alone;
        if (near === undefined || near !== consumer.near) continue;
        if (alone.offer.module === consumer.offer.module) continue;
        const besides = first.options.filter(({ offer }) => offer.module === consumer.offer.module);
        const rests = second.options.filter(({ offer }) => offer.module === alone.offer.module);
        for (const others of [
          {},
          ...besides.map((beside) => ({ beside })),
          ...rests.map((rest) => ({ rest })),
        ]) {
          next.push(
            ...this.#strips(state, first, second, value, { alone, consumer, near, ...others }, i, known),
          );
        }
      }
    }
    return next;
  }

  #strips(
    state: State,
    first: RegionChoice,
    second: RegionChoice,
    value: Value,
    { alone, beside, consumer, rest, near }: StripOptions & { readonly near: string },
    i: number,
    known: ReadonlyMap<string, State>,
  ): State[] {
    const [written] = second.outputs;
    if (!written || second.outputs.length > 1) return [];
    const { target } = this.#problem;
    const home = target.homes.activations;
    const request = this.#request(state, alone, first, near);
    const places = new Map([...state.places, [this.#lifetimes.source(value), near]]);
    const next: State[] = [];
    const least = leastTogether({ alone, beside, consumer, rest });
    for (const place of this.#outputPlaces(consumer, second)) {
      const later = this.#request({ ...state, places }, consumer, second, place);
      if (!request || !later) continue;
      const decided = new Map([[this.#lifetimes.source(value), near]]);
      if (place !== home) decided.set(this.#lifetimes.source(written), place);
      let cheapest = cheapestWith(known, this.#later(state, decided, i + 1)) - state.cycles;
      if (least >= cheapest) continue;
      const ways: StripWay[] = [];
      for (const { strips } of stripPairs(value, { alone, beside, consumer, rest }, target)) {
        const region = (
          option: RegionOption | undefined,
          own: typeof request,
          part: keyof Strip,
        ): MappedRegion | undefined => {
          const tiles = strips.flatMap((strip) => strip[part] ?? []);
          const schedule = option && tiles.length > 0 ? stripSchedule(option, own, tiles, target) : undefined;
          return option && schedule && this.#mapped(option, schedule, wholeTile);
        };
        const regions = {
          alone: region(alone, request, 'alone'),
          beside: region(beside, request, 'beside'),
          consumer: region(consumer, later, 'consumer'),
          rest: region(rest, later, 'rest'),
        };
        const used = Object.values(regions).filter((each) => each !== undefined);
        const bytes = used.reduce((sum, { schedule }) => sum + (schedule.bytes[near] ?? 0), 0);
        // Both outputs are alive together.
        if (bytes > later.bytes || !regions.alone || !regions.consumer) continue;
        const jobs = stripJobs(strips, regions);
        const estimate = estimated(used, strips.length, jobs);
        if (busiest(used) < cheapest) ways.push({ used, jobs, estimate });
      }
      for (const { used, jobs } of ways.sort((a, b) => a.estimate - b.estimate).slice(0, mostTimed)) {
        if (busiest(used) >= cheapest) continue;
        const apart = this.#next(state, used, jobs, decided, i + 1);
        cheapest = Math.min(cheapest, apart.cycles - state.cycles);
        const joined = this.#joined(state, used, jobs, decided, i + 1);
        next.push(apart, ...(joined ? [joined] : []));
      }
    }
    return next;
  }

  #outputPlaces(option: RegionOption, { outputs }: RegionChoice): readonly string[] {
    const home = this.#problem.target.homes.activations;
    if (option.near === undefined) return [home];
    if (outputs.some((value) => this.#lifetimes.isOutput(value))) return [home];
    // A value has one place: near, it would be out of the reach of such a reader.
    if (outputs.some((value) => this.#readAtHome.has(this.#lifetimes.source(value)))) return [home];
    return [option.near, home];
  }

  /** What a schedule may use; undefined where an input lies out of the module's reach. */
  #request(
    state: State,
    { near, offer }: RegionOption,
    { outputs }: RegionChoice,
    place: string,
  ):
    | {
        readonly residentInputs: readonly boolean[];
        readonly residentOutputs: readonly boolean[];
        readonly bytes: number;
      }
    | undefined {
    const { target, usable } = this.#problem;
    const home = target.homes.activations;
    const inputs = offer.region.inputs.map(
      (value) => state.places.get(this.#lifetimes.source(value)) ?? home,
    );
    if (inputs.some((from) => from !== home && from !== near)) return undefined;
    if (near === undefined) {
      return {
        residentInputs: inputs.map(() => true),
        residentOutputs: outputs.map(() => true),
        bytes: Infinity,
      };
    }
    const written =
      place === near ? outputs.reduce((sum, value) => sum + this.#lifetimes.bytes(value, near), 0) : 0;
    const capacity = Math.floor((target.memories[near]?.bytes ?? 0) * usable);
    const bytes = capacity - this.#lifetimes.total(state.places, near) - written;
    if (bytes < 0) return undefined;
    return {
      residentInputs: inputs.map((from) => from === near),
      residentOutputs: outputs.map(() => place === near),
      bytes,
    };
  }

  #mapped({ offer }: RegionOption, schedule: Schedule, share: Tile): MappedRegion {
    return { ...offer, id: this.#ids++, schedule, share };
  }

  #jobs(region: MappedRegion): StageJob[] {
    const tiling = region.pattern.tiling?.(region.region, region.schedule.layouts);
    if (!tiling) return [{ region, tile: region.share }];
    return tilesOf(region.schedule, tiling, region.share).map((tile) => ({ region, tile }));
  }

  #arrive(
    state: State,
    regions: readonly MappedRegion[],
    jobs: readonly (readonly StageJob[])[],
    { outputs }: RegionChoice,
    place: string,
    i: number,
  ): State[] {
    const home = this.#problem.target.homes.activations;
    const decided = new Map(
      place === home ? [] : outputs.map((value) => [this.#lifetimes.source(value), place] as const),
    );
    const order = interleave(jobs);
    const joined = this.#joined(state, regions, order, decided, i);
    return [this.#next(state, regions, order, decided, i), ...(joined ? [joined] : [])];
  }

  /**
   * The same calls as part of the stage before, without waiting for its end: an engine with a queue takes the
   * next job while it works, and regions that do not depend on each other run side by side.
   */
  #joined(
    state: State,
    regions: readonly MappedRegion[],
    jobs: readonly StageJob[],
    decided: ReadonlyMap<Value, string>,
    i: number,
  ): State | undefined {
    const { stage, before } = state;
    if (!stage || !before || stage.regions.length + regions.length > longestStage) return undefined;
    if (!this.#canJoin(stage, regions, jobs)) return undefined;
    const joined = this.#next(
      before,
      [...stage.regions, ...regions],
      [...stage.jobs, ...jobs],
      new Map([...state.decided, ...decided]),
      i,
    );
    const { target, usable } = this.#problem;
    const fits = [...joined.used].every(
      ([memory, bytes]) =>
        memory === target.homes.activations || bytes <= (target.memories[memory]?.bytes ?? 0) * usable,
    );
    return fits ? joined : undefined;
  }

  #canJoin(stage: Stage, regions: readonly MappedRegion[], jobs: readonly StageJob[]): boolean {
    const first = jobs[0]?.region;
    if (!first || first.pattern.synchronous === true || first.module.queueDepth === 0) return false;
    const last = stage.jobs.at(-1)?.region;
    if (last?.module === first.module) return first.module.queueDepth > 1;
    const made = new Set(
      stage.regions.flatMap(({ region }) => region.outputs.map((value) => this.#lifetimes.source(value))),
    );
    const independent = regions.every(({ region }) =>
      region.inputs.every((value) => !made.has(this.#lifetimes.source(value))),
    );
    return independent || (stage.jobs.length > stage.regions.length && jobs.length > regions.length);
  }

  /** The state behind one more stage, whose last region is the i-th. */
  #next(
    state: State,
    regions: readonly MappedRegion[],
    jobs: readonly StageJob[],
    decided: ReadonlyMap<Value, string>,
    i: number,
  ): State {
    const { target, usable } = this.#problem;
    const alive = new Map([...state.places, ...decided]);
    const used = new Map<string, number>();
    for (const memory of new Set([
      ...alive.values(),
      ...regions.flatMap(({ schedule }) => Object.keys(schedule.bytes)),
    ])) {
      const own = regions.reduce((sum, { schedule }) => sum + (schedule.bytes[memory] ?? 0), 0);
      used.set(memory, own + this.#lifetimes.total(alive, memory));
    }
    const later = this.#later(state, decided, i);
    const near = regions[0]?.module.operands.constants ?? '';
    const capacity = Math.floor((target.memories[near]?.bytes ?? 0) * usable);
    const ahead: Stage = { regions, jobs, prefetch: true, cycles: 0 };
    const fits =
      near !== target.homes.constants &&
      (state.used.get(near) ?? 0) + this.#clock.prefetchBytes(ahead) <= capacity;
    const stage = fits ? ahead : { regions, jobs: [...jobs], prefetch: false, cycles: 0 };
    const { cycles, delay } = this.#clock.time(stage, state.stage);
    return {
      places: later,
      cycles: state.cycles + delay + cycles,
      delay,
      stage: { ...stage, cycles },
      before: state,
      decided,
      used,
    };
  }

  /** Where the values that are read after region `i` live, as far as that is not their home. */
  #later({ places }: State, decided: ReadonlyMap<Value, string>, i: number): ReadonlyMap<Value, string> {
    return new Map([...places, ...decided].filter(([value]) => this.#lifetimes.readAfter(value, i)));
  }
}

/** Cycles of the engine with most work: no order of the calls takes less. */
function busiest(regions: readonly MappedRegion[]): number {
  const loads = new Map<string, number>();
  for (const { module, schedule } of regions)
    loads.set(module.name, (loads.get(module.name) ?? 0) + schedule.cycles);
  return Math.max(0, ...loads.values());
}

/** A pair of regions cut into strips. */
interface StripWay {
  readonly used: readonly MappedRegion[];
  readonly jobs: readonly StageJob[];
  readonly estimate: number;
}

/** Cycles of a pair without transfers: the busiest module, and the strip that the other one is ahead or behind. */
function estimated(regions: readonly MappedRegion[], strips: number, jobs: readonly StageJob[]): number {
  const own = (region: MappedRegion): number => region.schedule.cycles / strips;
  const loads = new Map<string, number>();
  for (const { region } of jobs) {
    const { name, dispatchCycles } = region.module;
    loads.set(name, (loads.get(name) ?? 0) + dispatchCycles);
  }
  for (const { module, schedule } of regions) {
    loads.set(module.name, (loads.get(module.name) ?? 0) + schedule.cycles);
  }
  return Math.max(
    ...[...loads].map(([name, load]) => {
      const others = regions.filter(({ module }) => module.name !== name);
      return load + Math.min(...others.map(own), Infinity);
    }),
  );
}

/** Cycles that a pair takes at least, however its work is divided between the two modules. */
function leastTogether({ alone, beside, consumer, rest }: StripOptions): number {
  const [own, following] = [leastCycles(alone), leastCycles(consumer)];
  if (beside) {
    // The part f of the producer on its own module, the rest beside the consumer: equal where f·own = following + (1 − f)·shared.
    const shared = leastCycles(beside);
    return Math.min(own, (own * (following + shared)) / (own + shared || 1));
  }
  if (rest) {
    const left = leastCycles(rest);
    return Math.max(own, (own * following + left * following) / (following + left || 1));
  }
  return Math.max(own, following);
}

function leastCycles({ offer: { region, pattern }, layouts }: RegionOption): number {
  const call = { region, layouts, tile: wholeTile };
  return pattern.leastCycles?.(call) ?? pattern.cycles(call);
}

/** Cycles of the cheapest known state with these places. */
function cheapestWith(known: ReadonlyMap<string, State>, places: ReadonlyMap<Value, string>): number {
  let best = Infinity;
  for (const state of known.values()) {
    if (samePlaces(state.places, places)) best = Math.min(best, state.cycles);
  }
  return best;
}

/** Strip by strip: the producer on its own module, the consumer one strip behind, then its share of the producer. */
function stripJobs(
  strips: readonly Strip[],
  regions: Readonly<Record<keyof Strip, MappedRegion | undefined>>,
): StageJob[] {
  const jobs: StageJob[] = [];
  const add = (region: MappedRegion | undefined, tile: Tile | undefined): void => {
    if (region && tile) jobs.push({ region, tile });
  };
  strips.forEach(({ alone, beside }, s) => {
    add(regions.alone, alone);
    add(regions.consumer, strips[s - 1]?.consumer);
    add(regions.beside, beside);
  });
  add(regions.consumer, strips.at(-1)?.consumer);
  for (const { rest } of strips) add(regions.rest, rest);
  return jobs;
}

/** The calls of side-by-side regions, in turn. */
function interleave(lists: readonly (readonly StageJob[])[]): StageJob[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list[i] ?? [])).flat();
}
