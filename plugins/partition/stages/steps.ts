import {
  wholeTile,
  type MappedRegion,
  type Stage,
  type StageJob,
  type Target,
  type Value,
} from 'match-compiler';
import { fetchCycles } from './fetch-cycles.ts';
import type { Frontier } from './frontier.ts';
import { cyclesAlone, leastCycles, type RegionChoice, type RegionOption } from './options.ts';
import { cutsOf, sharesOf, worthSharing, type Cut, type Share } from './shares.ts';
import type { StageBuilder, StageWork } from './stage-builder.ts';
import type { State } from './states.ts';
import { leastTogether, stripOptions, stripWays, stripWork, type StripWay } from './strip-ways.ts';
import type { StripOptions } from './strips.ts';

/** A stage that may come next. */
export interface Step {
  /** Cycles up to its end, at least. */
  readonly least: number;
  /** Cycles up to its end without its transfers, about. */
  readonly promise: number;
  /** Cycles of its work alone. */
  readonly estimate: number;
  /** What kind of step it is: those of one kind keep their promises about equally well. */
  readonly kind: string;
  /** Part of its cycles by which the promise may mislead nevertheless. */
  readonly doubt: number;
  /** Where values live behind it. */
  readonly places: ReadonlyMap<Value, string>;
  /** The states that it leads to, but for what can be told to be beaten. */
  readonly states: (reached: Frontier) => State[];
}

/** What of a step does not depend on the state before it. */
interface Work {
  /** Cycles of the calls at least, by module. */
  readonly loads: ReadonlyMap<string, number>;
  readonly estimate: number;
  readonly kind: string;
  readonly doubt: number;
  readonly build: () => StageWork | undefined;
}

/** Strips are short: what one way to cut a pair takes beyond its promise, another one takes as well. */
const doubt = { alone: 0.1, shared: 0.07, strips: 0.01 };

/** The stages that may come next, none of them timed yet. */
export class Steps {
  readonly #target: Target;
  readonly #builder: StageBuilder;
  readonly #cuts = new WeakMap<RegionChoice, readonly Cut[]>();
  /** By the second region of a pair. */
  readonly #options = new WeakMap<RegionChoice, readonly StripOptions[]>();
  readonly #ways = new WeakMap<StripOptions, readonly StripWay[]>();
  readonly #loads = new WeakMap<Stage, ReadonlyMap<string, number>>();

  constructor(target: Target, builder: StageBuilder) {
    this.#target = target;
    this.#builder = builder;
  }

  /** One region on one module, or shared by two. */
  singles(state: State, choice: RegionChoice, i: number): Step[] {
    const alone = choice.options.flatMap((option) =>
      this.#builder
        .outputPlaces(option, choice)
        .flatMap((place) => this.#alone(state, option, choice, place, i)),
    );
    const shared = this.#cutsOf(choice).flatMap((cut) =>
      this.#builder
        .outputPlaces(cut.first, choice)
        .flatMap((place) => this.#shared(state, cut, choice, place, i)),
    );
    return [...alone, ...shared];
  }

  #alone(state: State, option: RegionOption, choice: RegionChoice, place: string, i: number): Step[] {
    const builder = this.#builder;
    const request = builder.request(state, option, choice, place);
    if (!request) return [];
    const build = (): StageWork | undefined => {
      const schedule = option.fit({ ...request, layouts: option.layouts, share: wholeTile });
      const region = schedule && builder.mapped(option, schedule, wholeTile);
      return region && { regions: [region], jobs: builder.jobs(region) };
    };
    const { name } = option.offer.module;
    const loads = new Map([[name, leastCycles(option)]]);
    const work = {
      loads,
      estimate: cyclesAlone(option),
      kind: `alone ${place} ${name}`,
      doubt: doubt.alone,
      build,
    };
    return this.#steps(state, this.#decided(choice, place), i, [work]);
  }

  #shared(state: State, cut: Cut, choice: RegionChoice, place: string, i: number): Step[] {
    const { first, second, loads, cycles } = cut;
    const requests = [first, second].flatMap((option) => {
      const request = this.#builder.request(state, option, choice, place);
      return request ? [[option, request] as const] : [];
    });
    if (requests.length < 2) return [];
    const build = (): StageWork | undefined => {
      const shares = sharesOf(cut, new Map(requests));
      return shares && this.#sideBySide(shares);
    };
    const kind = `shared ${place}`;
    const work = { loads, estimate: cycles, kind, doubt: doubt.shared, build };
    return this.#steps(state, this.#decided(choice, place), i, [work]);
  }

  /** Ways for two modules to share a region. */
  #cutsOf(choice: RegionChoice): readonly Cut[] {
    const known = this.#cuts.get(choice);
    if (known) return known;
    const { options } = choice;
    const target = this.#target;
    const alone = Math.min(...options.map((option) => cyclesAlone(option) + fetchCycles(option, target)));
    const cuts = options.flatMap((first, at) =>
      options
        .slice(at + 1)
        .filter(({ near }) => first.near !== undefined && first.near === near)
        .flatMap((second) => cutsOf(first, second, target, worthSharing * alone)),
    );
    this.#cuts.set(choice, cuts);
    return cuts;
  }

  /** The calls of two modules in turn, first what does not keep the controller. */
  #sideBySide(shares: readonly Share[]): StageWork {
    const regions = shares
      .map(({ option, schedule, share }) => this.#builder.mapped(option, schedule, share))
      .sort((a, b) => Number(keepsController(a)) - Number(keepsController(b)));
    return { regions, jobs: interleave(regions.map((region) => this.#builder.jobs(region))) };
  }

  /** A region and the one behind it, the i-th, strip by strip on different modules. */
  pairs(state: State, first: RegionChoice, second: RegionChoice, i: number, reached: Frontier): Step[] {
    const [value, ...others] = first.outputs;
    const [written, ...more] = second.outputs;
    if (!value || !written || others.length + more.length > 0 || !second.inputs.includes(value)) return [];
    const builder = this.#builder;
    if (builder.lifetimes.isOutput(value)) return [];
    const source = builder.lifetimes.source(value);
    return this.#optionsOf(first, second).flatMap((options) => {
      const { alone, consumer, ...beside } = options;
      const { near } = alone;
      const producer = near && builder.request(state, alone, first, near);
      if (!producer) return [];
      const between = { ...state, places: new Map([...state.places, [source, near]]) };
      return builder.outputPlaces(consumer, second).flatMap((place) => {
        const later = builder.request(between, consumer, second, place);
        if (!later) return [];
        const decided = new Map([[source, near], ...this.#decided(second, place)]);
        const least = state.cycles + leastTogether(options);
        if (reached.beats(builder.later(state, decided, i), least)) return [];
        const requests = { producer, consumer: later, near };
        const kind = ['strips', place, consumer.offer.module.name, ...Object.keys(beside)].join(' ');
        const works = this.#waysOf(value, options).map((way): Work => {
          const { loads, estimate } = way;
          const build = (): StageWork | undefined =>
            stripWork(way, requests, this.#target, (option, schedule) =>
              builder.mapped(option, schedule, wholeTile),
            );
          return { loads, estimate, kind, doubt: doubt.strips, build };
        });
        return this.#steps(state, decided, i, works);
      });
    });
  }

  #optionsOf(first: RegionChoice, second: RegionChoice): readonly StripOptions[] {
    const known = this.#options.get(second) ?? stripOptions(first, second);
    this.#options.set(second, known);
    return known;
  }

  #waysOf(value: Value, options: StripOptions): readonly StripWay[] {
    const known = this.#ways.get(options) ?? stripWays(value, options, this.#target);
    this.#ways.set(options, known);
    return known;
  }

  /** What a state and decisions about places make of several works. */
  #steps(state: State, decided: ReadonlyMap<Value, string>, i: number, works: readonly Work[]): Step[] {
    const builder = this.#builder;
    const places = builder.later(state, decided, i);
    return works.map(({ loads, estimate, kind, doubt, build }): Step => {
      const apart = state.cycles + Math.max(0, ...loads.values());
      const joined = this.#leastJoined(state, loads);
      return {
        least: Math.min(apart, joined),
        promise: state.cycles + estimate,
        estimate,
        kind,
        doubt,
        places,
        states: (reached) => {
          const work = build();
          if (!work) return [];
          return [
            reached.beats(places, apart) ? undefined : builder.next(state, work, decided, i),
            reached.beats(places, joined) ? undefined : builder.joined(state, work, decided, i),
          ].filter((each) => each !== undefined);
        },
      };
    });
  }

  /** Cycles of the busiest module where the calls are part of the stage before. */
  #leastJoined({ stage, before }: State, loads: ReadonlyMap<string, number>): number {
    if (!stage || !before) return Infinity;
    const known = this.#loads.get(stage) ?? loadsOf(stage);
    this.#loads.set(stage, known);
    let most = Math.max(0, ...known.values());
    for (const [name, cycles] of loads) most = Math.max(most, cycles + (known.get(name) ?? 0));
    return before.cycles + most;
  }

  #decided({ outputs }: RegionChoice, place: string): ReadonlyMap<Value, string> {
    const { activations } = this.#target.homes;
    const { lifetimes } = this.#builder;
    return new Map(
      place === activations ? [] : outputs.map((value) => [lifetimes.source(value), place] as const),
    );
  }
}

/** Cycles of the calls of a stage, by module. */
function loadsOf({ jobs }: Stage): ReadonlyMap<string, number> {
  const loads = new Map<string, number>();
  for (const { region, tile } of jobs) {
    const { module, pattern, schedule } = region;
    const cycles = pattern.cycles({ region: region.region, layouts: schedule.layouts, tile });
    loads.set(module.name, (loads.get(module.name) ?? 0) + cycles);
  }
  return loads;
}

function keepsController({ module, pattern }: MappedRegion): boolean {
  return pattern.synchronous === true || module.queueDepth === 0;
}

/** The calls of side-by-side regions, in turn. */
function interleave(lists: readonly (readonly StageJob[])[]): StageJob[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list[i] ?? [])).flat();
}
