import {
  tilesOf,
  type MappedRegion,
  type Schedule,
  type Stage,
  type StageJob,
  type Target,
  type Tile,
  type Value,
} from 'match-compiler';
import type { RegionChoice, RegionOption } from './options.ts';
import type { ShareRequest } from './shares.ts';
import { fetchCycles } from './fetch-cycles.ts';
import { StageClock } from './stage-clock.ts';
import { Lifetimes, type State } from './states.ts';

export interface StageProblem {
  readonly target: Target;
  /** In execution order. */
  readonly regions: readonly RegionChoice[];
  readonly views: ReadonlyMap<Value, Value>;
  readonly outputs: readonly Value[];
  /** Part of each near memory that may be used: placement may need some air. */
  readonly usable: number;
}

/** What a stage does. */
export interface StageWork {
  readonly regions: readonly MappedRegion[];
  readonly jobs: readonly StageJob[];
}

/** Regions and shares in one stage: longer ones take long to time, and hold their memory longer. */
const longestStage = 12;
/** Builds stages, sees whether they fit, and times them. */
export class StageBuilder {
  readonly #problem: StageProblem;
  readonly #clock: StageClock;
  readonly lifetimes: Lifetimes;
  /** Values with a reader that runs on no module with a near memory: they have to be at home by then. */
  readonly #readAtHome: ReadonlySet<Value>;
  #ids = 0;

  constructor(problem: StageProblem) {
    this.#problem = problem;
    this.#clock = new StageClock(problem.target);
    this.lifetimes = new Lifetimes(problem.regions, problem.views, problem.outputs, problem.target);
    this.#readAtHome = new Set(
      problem.regions
        .filter(({ options }) => options.every(({ near }) => near === undefined))
        .flatMap(({ inputs }) => inputs.map((value) => this.lifetimes.source(value))),
    );
  }

  /** Cycles that the constants of a region may take to fetch: what a stage before can hide at most. */
  hidden(choice: RegionChoice): number {
    return Math.max(0, ...choice.options.map((option) => fetchCycles(option, this.#problem.target)));
  }

  /** Memories that what a region writes may live in. */
  outputPlaces(option: RegionOption, { outputs }: RegionChoice): readonly string[] {
    const home = this.#problem.target.homes.activations;
    if (option.near === undefined) return [home];
    if (outputs.some((value) => this.lifetimes.isOutput(value))) return [home];
    // A value has one place: near, it would be out of the reach of such a reader.
    if (outputs.some((value) => this.#readAtHome.has(this.lifetimes.source(value)))) return [home];
    return [option.near, home];
  }

  /** What a schedule may use; undefined where an input lies out of the module's reach. */
  request(
    state: State,
    { near, offer }: RegionOption,
    { outputs }: RegionChoice,
    place: string,
  ): ShareRequest | undefined {
    const { target, usable } = this.#problem;
    const home = target.homes.activations;
    const inputs = offer.region.inputs.map((value) => state.places.get(this.lifetimes.source(value)) ?? home);
    if (inputs.some((from) => from !== home && from !== near)) return undefined;
    if (near === undefined) {
      return {
        residentInputs: inputs.map(() => true),
        residentOutputs: outputs.map(() => true),
        bytes: Infinity,
      };
    }
    const written =
      place === near ? outputs.reduce((sum, value) => sum + this.lifetimes.bytes(value, near), 0) : 0;
    const capacity = Math.floor((target.memories[near]?.bytes ?? 0) * usable);
    const bytes = capacity - this.lifetimes.total(state.places, near) - written;
    if (bytes < 0) return undefined;
    return {
      residentInputs: inputs.map((from) => from === near),
      residentOutputs: outputs.map(() => place === near),
      bytes,
    };
  }

  /** A region with its schedule, as part of a stage. */
  mapped({ offer }: RegionOption, schedule: Schedule, share: Tile): MappedRegion {
    return { ...offer, id: this.#ids++, schedule, share };
  }

  /** The calls of a region, tile by tile. */
  jobs(region: MappedRegion): StageJob[] {
    const tiling = region.pattern.tiling?.(region.region, region.schedule.layouts);
    if (!tiling) return [{ region, tile: region.share }];
    return tilesOf(region.schedule, tiling, region.share).map((tile) => ({ region, tile }));
  }

  /**
   * The same calls as part of the stage before, without waiting for its end: an engine with a queue takes the
   * next job while it works, and regions that do not depend on each other run side by side.
   */
  joined(
    state: State,
    { regions, jobs }: StageWork,
    decided: ReadonlyMap<Value, string>,
    i: number,
  ): State | undefined {
    const { stage, before } = state;
    if (!stage || !before || stage.regions.length + regions.length > longestStage) return undefined;
    if (!this.#canJoin(stage, regions, jobs)) return undefined;
    const all = [...stage.regions, ...regions];
    const choices = new Map([...state.decided, ...decided]);
    const { target, usable } = this.#problem;
    for (const [memory, bytes] of this.#used(before, all, choices)) {
      const capacity = (target.memories[memory]?.bytes ?? 0) * usable;
      if (memory !== target.homes.activations && bytes > capacity) return undefined;
    }
    return this.next(before, { regions: all, jobs: [...stage.jobs, ...jobs] }, choices, i);
  }

  #canJoin(stage: Stage, regions: readonly MappedRegion[], jobs: readonly StageJob[]): boolean {
    const first = jobs[0]?.region;
    if (!first || first.pattern.synchronous === true || first.module.queueDepth === 0) return false;
    const last = stage.jobs.at(-1)?.region;
    if (last?.module === first.module) return first.module.queueDepth > 1;
    const made = new Set(
      stage.regions.flatMap(({ region }) => region.outputs.map((value) => this.lifetimes.source(value))),
    );
    const independent = regions.every(({ region }) =>
      region.inputs.every((value) => !made.has(this.lifetimes.source(value))),
    );
    return independent || (stage.jobs.length > stage.regions.length && jobs.length > regions.length);
  }

  /** The state behind one more stage, whose last region is the i-th. */
  next(state: State, { regions, jobs }: StageWork, decided: ReadonlyMap<Value, string>, i: number): State {
    const { target, usable } = this.#problem;
    const used = this.#used(state, regions, decided);
    const later = this.later(state, decided, i);
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

  /** Bytes that are used while regions run behind a state, by memory. */
  #used(
    { places }: State,
    regions: readonly MappedRegion[],
    decided: ReadonlyMap<Value, string>,
  ): ReadonlyMap<string, number> {
    const used = new Map<string, number>();
    const add = (memory: string, bytes: number): void => {
      used.set(memory, (used.get(memory) ?? 0) + bytes);
    };
    for (const { schedule } of regions) {
      for (const [memory, bytes] of Object.entries(schedule.bytes)) add(memory, bytes);
    }
    for (const [value, memory] of new Map([...places, ...decided])) {
      add(memory, this.lifetimes.bytes(value, memory));
    }
    return used;
  }

  /** Where the values that are read after region `i` live, as far as that is not their home. */
  later({ places }: State, decided: ReadonlyMap<Value, string>, i: number): ReadonlyMap<Value, string> {
    return new Map([...places, ...decided].filter(([value]) => this.lifetimes.readAfter(value, i)));
  }
}
