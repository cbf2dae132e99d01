import { searchWithin, type SearchResult } from './branch-and-bound.ts';
import { greedyPlacement, type Effort, type Placement } from './first-fit.ts';
import { improveByLocalSearch } from './local-search.ts';
import { lowerBound } from './lower-bound.ts';
import {
  arenaOf,
  createProblem,
  independentGroups,
  restrictProblem,
  type Item,
  type Permission,
  type PlacementProblem,
} from './placement-problem.ts';
import { raiseByWindows } from './window-bound.ts';

/** Why no placement is shorter than the bound. */
export type Proof =
  /** These items are live at once; `at` is a position where they are. */
  | { readonly kind: 'clique'; readonly at: number; readonly items: readonly number[] }
  /** Every placement of these items within so many bytes was ruled out. */
  | {
      readonly kind: 'search';
      readonly items: readonly number[];
      /** They are all that is live at one of these positions. */
      readonly from: number;
      readonly to: number;
      readonly within: number;
      readonly nodes: number;
    };

export interface Solution {
  /** Per item. */
  readonly offsets: readonly number[];
  readonly arena: number;
  readonly bound: number;
  readonly proof: Proof;
}

/**
 * Elementary steps of one search in the first and in the last round; each round may do four times the work of
 * the round before it.
 */
const firstRound = 20_000;
const lastRound = 400_000;
const greedySteps = 10_000_000;

/**
 * Places items: greedy orders, then exact and local search in turns, only as long as the lower bound is not met.
 * Groups that are never live together are solved apart, the longest first; the others need not be shorter than
 * it. `patience` multiplies the work that the searches may do, which is counted, never timed.
 */
export function solvePlacement(
  items: readonly Item[],
  permissions: readonly Permission[],
  patience = 1,
): Solution {
  const problem = createProblem(items, permissions);
  const groups = independentGroups(items).map((members) => new Group(problem, members));
  let floor = Math.max(0, ...groups.map((group) => group.bound));
  for (const group of groups) group.placeGreedily(floor);
  groups.sort((a, b) => b.arena - a.arena);
  let longest = 0;
  for (const group of groups) {
    group.search(Math.max(floor, longest), patience);
    floor = Math.max(floor, group.bound);
    longest = Math.max(longest, group.arena);
  }
  const offsets = new Array<number>(items.length).fill(0);
  for (const group of groups) group.write(offsets);
  const decisive = groups.reduce<Group | undefined>(
    (best, group) => (best && best.bound >= group.bound ? best : group),
    undefined,
  );
  return {
    offsets,
    arena: longest,
    bound: decisive?.bound ?? 0,
    proof: decisive?.proof ?? { kind: 'clique', at: -1, items: [] },
  };
}

class Group {
  bound: number;
  proof: Proof;
  readonly #members: readonly number[];
  readonly #problem: PlacementProblem;
  #placement: Placement;
  #nodes = 0;

  constructor(problem: PlacementProblem, members: readonly number[]) {
    this.#members = members;
    this.#problem = restrictProblem(problem, members);
    const { bytes, clique } = lowerBound(this.#problem);
    const alive = Array.from(clique?.members ?? [], (i) => members[i] ?? 0);
    this.bound = bytes;
    this.proof = { kind: 'clique', at: clique?.at ?? -1, items: alive };
    this.#placement = { offsets: new Float64Array(members.length), arena: 0 };
  }

  get arena(): number {
    return this.#placement.arena;
  }

  placeGreedily(target: number): void {
    this.#placement = greedyPlacement(this.#problem, target, effortOf(greedySteps));
  }

  /** Shortens the placement to `enough` bytes or as far as the effort goes, and raises the bound where it can. */
  search(enough: number, patience: number): void {
    let target = Math.max(enough, this.bound);
    for (let steps = firstRound; this.arena > target && steps <= lastRound * patience; steps *= 4) {
      if (this.bound === target) {
        this.#raise(steps);
        target = Math.max(enough, this.bound);
        if (this.arena <= target) return;
      }
      if (this.#decide(target, steps) === 'none') {
        this.#bisect(steps);
        target = Math.max(enough, this.bound);
      }
      if (this.arena <= target) return;
      this.#placement = improveByLocalSearch(this.#problem, this.#placement, target, effortOf(steps));
    }
  }

  write(offsets: number[]): void {
    this.#members.forEach((item, i) => (offsets[item] = this.#placement.offsets[i] ?? 0));
  }

  /** Raises the bound by what parts of the group prove. */
  #raise(steps: number): void {
    const raised = raiseByWindows(this.#problem, this.bound, this.arena, effortOf(steps));
    if (!raised) return;
    const { bytes, within, window, nodes } = raised;
    this.bound = bytes;
    this.proof = {
      kind: 'search',
      items: window.items.map((i) => this.#members[i] ?? 0),
      from: window.from,
      to: window.to,
      within,
      nodes,
    };
  }

  /** Narrows the gap between bound and placement; limits that cannot be decided are passed over. */
  #bisect(steps: number): void {
    let low = this.bound;
    while (low < this.arena) {
      const limit = Math.floor((low + this.arena - 1) / 2);
      if (this.#decide(limit, steps) !== 'found') low = limit + 1;
    }
  }

  /** Is there a placement within the limit? Takes it, or raises the bound. */
  #decide(limit: number, steps: number): SearchResult['outcome'] {
    const { outcome, offsets, nodes } = searchWithin(this.#problem, limit, effortOf(steps));
    this.#nodes += nodes;
    if (outcome === 'found') this.#placement = { offsets, arena: arenaOf(this.#problem, offsets) };
    if (outcome === 'none' && limit >= this.bound) {
      this.bound = limit + 1;
      const { cliques } = this.#problem;
      this.proof = {
        kind: 'search',
        items: this.#members,
        from: cliques[0]?.at ?? 0,
        to: cliques.at(-1)?.at ?? 0,
        within: limit,
        nodes: this.#nodes,
      };
    }
    return outcome;
  }
}

function effortOf(limit: number): Effort {
  return { spent: 0, limit };
}
