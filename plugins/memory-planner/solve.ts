import { searchExhaustively } from './branch-and-bound.ts';
import { greedyPlacement, type Effort, type Placement } from './first-fit.ts';
import { improveByLocalSearch } from './local-search.ts';
import { lowerBound } from './lower-bound.ts';
import { createProblem, independentGroups, type Item, type Permission } from './placement-problem.ts';

/** Why no placement is shorter than the bound. */
export type Proof =
  /** These items are live at once; `at` is a position where they are. */
  | { readonly kind: 'clique'; readonly at: number; readonly items: readonly number[] }
  /** Every placement of at most `within` bytes was ruled out. */
  | { readonly kind: 'search'; readonly within: number; readonly nodes: number };

export interface Solution {
  /** Per item. */
  readonly offsets: readonly number[];
  readonly arena: number;
  readonly bound: number;
  readonly proof: Proof;
}

/** Elementary steps that one group of items may cost beyond the greedy orders. */
const localSteps = 300_000;
const exactSteps = 1_000_000;

/**
 * Places items: greedy orders, local search, branch and bound, each only as long as the lower bound is not met.
 * Groups that are never live together are solved apart, the longest first; the others need not be shorter than
 * it. `patience` multiplies the work that the searches may do, which is counted, never timed.
 */
export function solvePlacement(
  items: readonly Item[],
  permissions: readonly Permission[],
  patience = 1,
): Solution {
  const groups = independentGroups(items).map((members) => new Group(items, permissions, members));
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
  readonly #problem: ReturnType<typeof createProblem>;
  #placement: Placement;

  constructor(items: readonly Item[], permissions: readonly Permission[], members: readonly number[]) {
    const local = new Map(members.map((item, i) => [item, i]));
    this.#members = members;
    this.#problem = createProblem(
      members.map((item) => items[item] as Item),
      permissions.flatMap(({ input, output, lead }) => {
        const from = local.get(input);
        const to = local.get(output);
        return from === undefined || to === undefined ? [] : [{ input: from, output: to, lead }];
      }),
    );
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
    this.#placement = greedyPlacement(this.#problem, target, effortOf(10 * exactSteps));
  }

  /** Shortens the placement to `enough` bytes or as far as the effort goes, and raises the bound where it can. */
  search(enough: number, patience: number): void {
    const target = Math.max(enough, this.bound);
    if (this.arena <= target) return;
    const local = effortOf(localSteps * patience);
    this.#placement = improveByLocalSearch(this.#problem, this.#placement, target, local);
    if (this.arena <= target) return;
    // Is there anything within the target at all? A tight limit prunes best.
    const exact = effortOf(exactSteps * patience);
    const within = searchExhaustively(this.#problem, target, target, exact);
    if (within.placement) this.#placement = within.placement;
    if (this.arena <= target || !within.exhausted) return;
    this.#raise(target + 1, target, within.nodes);
    const shorter = searchExhaustively(this.#problem, this.arena - 1, this.bound, exact);
    if (shorter.placement) this.#placement = shorter.placement;
    if (shorter.exhausted) this.#raise(this.arena, this.arena - 1, within.nodes + shorter.nodes);
  }

  write(offsets: number[]): void {
    this.#members.forEach((item, i) => (offsets[item] = this.#placement.offsets[i] ?? 0));
  }

  #raise(bound: number, within: number, nodes: number): void {
    this.bound = bound;
    this.proof = { kind: 'search', within, nodes };
  }
}

function effortOf(limit: number): Effort {
  return { spent: 0, limit };
}
