import { MatchError, type MappedRegion, type Stage, type Value } from 'match-compiler';
import type { RegionChoice } from './options.ts';
import { StageBuilder, type StageProblem } from './stage-builder.ts';
import { initialState, renumber, samePlaces, stateKey, type State } from './states.ts';

export interface StageSolution {
  readonly stages: readonly Stage[];
  readonly regions: readonly MappedRegion[];
  readonly places: ReadonlyMap<Value, string>;
  readonly cycles: number;
}

/** States that are gone on from per region, but for one that leaves near memories as empty as can be. */
const widest = 3;

/**
 * Chooses modules, places of activations, tiles and what runs side by side, region after region: dynamic
 * programming over what lives in near memories at each point, at least total predicted cycles.
 *
 * @throws {MatchError} NEAR_MEMORY_EXCEEDED when a region fits no module
 */
export function searchStages(problem: StageProblem): StageSolution {
  return new StageSearch(problem).run();
}

class StageSearch {
  readonly #problem: StageProblem;
  readonly #builder: StageBuilder;

  constructor(problem: StageProblem) {
    this.#problem = problem;
    this.#builder = new StageBuilder(problem);
  }

  run(): StageSolution {
    const { regions } = this.#problem;
    const states: Map<string, State>[] = regions.map(() => new Map<string, State>());
    const last = new Map<string, State>();
    states.push(last);
    states[0]?.set(stateKey(initialState), initialState);
    let earlier: State[] = [];
    regions.forEach((region, i) => {
      const here = worthwhile([...(states[i]?.values() ?? [])], this.#builder.hidden(region));
      const keep = (at: number, state: State): void => {
        const key = stateKey(state);
        const known = states[at]?.get(key);
        if (!known || state.cycles < known.cycles) states[at]?.set(key, state);
      };
      for (const state of here) for (const next of this.#builder.single(state, region, i)) keep(i + 1, next);
      // Pairs come second: what the regions cost one after the other tells which pairs are not worth timing.
      const before = regions[i - 1];
      if (before) {
        for (const state of earlier) {
          for (const next of this.#builder.pair(state, before, region, i - 1, states[i + 1] ?? new Map())) {
            keep(i + 1, next);
          }
        }
      }
      earlier = here;
      if ((states[i + 1]?.size ?? 0) === 0) throw this.#unfit(region);
    });
    const [best] = [...last.values()].sort((a, b) => a.cycles - b.cycles);
    const stages: Stage[] = [];
    const places = new Map<Value, string>();
    let delay = 0;
    for (let state = best; state; state = state.before) {
      if (state.stage) stages.unshift({ ...state.stage, cycles: state.stage.cycles + delay });
      delay = state.delay;
      for (const [value, place] of state.decided) places.set(value, place);
    }
    return { ...renumber(stages), places, cycles: best?.cycles ?? 0 };
  }

  #unfit({ options }: RegionChoice): MatchError {
    const { root } = options[0].offer.region;
    return new MatchError({
      code: 'NEAR_MEMORY_EXCEEDED',
      message: `no tile of ${root.name} fits the memory of any module of ${this.#problem.target.name} that runs it`,
      loc: { node: root.loc[0]?.node ?? root.name },
      hint: 'give the target more memory near its modules, or a module that works on the home of activations',
    });
  }
}

/**
 * The states to go on from, the cheapest first. What the last stage leaves to overlap with differs between
 * states of the same places, but is worth no more than what it may hide of the next stage's constants.
 */
function worthwhile(states: readonly State[], hidden: number): State[] {
  const sorted = [...states].sort((a, b) => a.cycles - b.cycles);
  const kept: State[] = [];
  for (const state of sorted) {
    const better = kept.find((other) => samePlaces(other.places, state.places));
    if (better === undefined || state.cycles < better.cycles + hidden) kept.push(state);
  }
  const best = kept.slice(0, widest);
  // Whatever comes next finds room behind this one.
  const [emptiest] = kept.slice(widest).sort((a, b) => a.places.size - b.places.size);
  const least = Math.min(...best.map(({ places }) => places.size));
  return emptiest && emptiest.places.size < least ? [...best, emptiest] : best;
}
