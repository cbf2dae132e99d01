import { MatchError, type MappedRegion, type Stage, type Value } from 'match-compiler';
import type { RegionChoice } from './options.ts';
import { Frontier } from './frontier.ts';
import { StageBuilder, type StageProblem } from './stage-builder.ts';
import { initialState, renumber } from './states.ts';
import { Steps, type Step } from './steps.ts';

export interface StageSolution {
  readonly stages: readonly Stage[];
  readonly regions: readonly MappedRegion[];
  readonly places: ReadonlyMap<Value, string>;
  readonly cycles: number;
}

/** Steps that are timed before their promises are compared with what came of others. */
const fewTimed = 3;

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
  readonly #steps: Steps;

  constructor(problem: StageProblem) {
    this.#problem = problem;
    this.#builder = new StageBuilder(problem);
    this.#steps = new Steps(problem.target, this.#builder);
  }

  run(): StageSolution {
    const { regions } = this.#problem;
    const frontiers = regions.map((region) => new Frontier(this.#builder.hidden(region)));
    const last = new Frontier(0);
    frontiers.push(last);
    frontiers[0]?.add(initialState);
    regions.forEach((region, i) => {
      const reached = frontiers[i + 1] ?? last;
      const here = frontiers[i]?.kept() ?? [];
      walk(
        here.flatMap((state) => this.#steps.singles(state, region, i)),
        reached,
      );
      // Pairs come second: what the regions cost one after the other tells which pairs are not worth timing.
      const before = regions[i - 1];
      if (before) {
        const earlier = frontiers[i - 1]?.kept() ?? [];
        walk(
          earlier.flatMap((state) => this.#steps.pairs(state, before, region, i, reached)),
          reached,
        );
      }
      if (reached.size === 0) throw this.#unfit(region);
    });
    const [best] = last.kept();
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
 * Adds what the steps lead to, the most promising first, as long as they may lead to something better. What steps
 * of one kind take beyond their promise differs little between them: once some are timed, it tells what is not
 * worth timing.
 */
function walk(steps: readonly Step[], reached: Frontier): void {
  const kinds = new Map<string, { timed: number; beyond: number }>();
  for (const step of [...steps].sort((a, b) => a.promise - b.promise)) {
    const alike = kinds.get(step.kind) ?? { timed: 0, beyond: Infinity };
    kinds.set(step.kind, alike);
    const expected =
      alike.timed < fewTimed
        ? 0
        : step.promise + alike.beyond - step.doubt * (step.estimate + Math.max(0, alike.beyond));
    if (reached.beats(step.places, Math.max(step.least, expected))) continue;
    const states = step.states(reached);
    if (states.length === 0) continue;
    alike.timed++;
    for (const state of states) {
      alike.beyond = Math.min(alike.beyond, state.cycles - step.promise);
      reached.add(state);
    }
  }
}
