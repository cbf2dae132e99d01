import type { Value } from 'match-compiler';
import { samePlaces, stateKey, type State } from './states.ts';

/** States that are gone on from per region, but for one that leaves near memories as empty as can be. */
const widest = 2;

/** The states that are known behind a region. */
export class Frontier {
  /** Cycles of the next region's constants that a stage before it may hide. */
  readonly #hidden: number;
  readonly #states = new Map<string, State>();
  #kept: readonly State[] | undefined;

  constructor(hidden: number) {
    this.#hidden = hidden;
  }

  get size(): number {
    return this.#states.size;
  }

  add(state: State): void {
    const key = stateKey(state);
    const known = this.#states.get(key);
    if (known && known.cycles <= state.cycles) return;
    this.#states.set(key, state);
    this.#kept = undefined;
  }

  /**
   * Is there nothing to gain from a state with these places and no fewer cycles? Something with the same places, or
   * all that is gone on from, costs no more.
   */
  beats(places: ReadonlyMap<Value, string>, cycles: number): boolean {
    const cheaper = [...this.#states.values()].filter((state) => state.cycles <= cycles);
    if (cheaper.some((state) => samePlaces(state.places, places))) return true;
    if (!cheaper.some((state) => state.places.size <= places.size)) return false;
    const last = this.kept()[widest - 1];
    return last !== undefined && last.cycles <= cycles;
  }

  /**
   * The states to go on from, the cheapest first. What the last stage leaves to overlap with differs between
   * states of the same places, but is worth no more than what it may hide of the next stage's constants.
   */
  kept(): readonly State[] {
    if (this.#kept) return this.#kept;
    const worthwhile: State[] = [];
    for (const state of [...this.#states.values()].sort((a, b) => a.cycles - b.cycles)) {
      const better = worthwhile.find((other) => samePlaces(other.places, state.places));
      if (better === undefined || state.cycles < better.cycles + this.#hidden) worthwhile.push(state);
    }
    const best = worthwhile.slice(0, widest);
    // Whatever comes next finds room behind this one.
    const [emptiest] = worthwhile.slice(widest).sort((a, b) => a.places.size - b.places.size);
    const least = Math.min(...best.map(({ places }) => places.size));
    this.#kept = emptiest && emptiest.places.size < least ? [...best, emptiest] : best;
    return this.#kept;
  }
}
