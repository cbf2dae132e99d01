import type { Effort, Placement } from './first-fit.ts';
import { stackHeight } from './lower-bound.ts';
import { alignUp, arenaOf, clearanceOf, liveAtOnce, type PlacementProblem } from './placement-problem.ts';

export interface SearchResult {
  /** The best placement found that needs no more than the limit. */
  readonly placement: Placement | undefined;
  /** The whole space was searched: nothing shorter than what was found, or within the limit, exists. */
  readonly exhausted: boolean;
  readonly nodes: number;
}

/**
 * Exact search for a placement of at most `limit` bytes, improved until `target` is met.
 *
 * Items are placed one after the other, each at the lowest offset above all items placed so far that are live
 * at the same time. Some order gives an optimum. Take an optimal placement with the least sum of offsets and
 * orient each pair that is live at once: from the lower to the upper item where they share no byte, from output
 * to input where they do. These orientations have no cycle: live ranges are intervals, so the pairs form a
 * chordal graph, in which a shortest cycle would have three items, all live at one position. Nothing is output
 * of one permission and input of another at one position, so at most two of the three pairs share bytes.
 * - None: the three are stacked. No cycle.
 * - x and y alone: they cover one run, and z is above or below all of it, so both edges of z go the same way.
 * - x and y, x and z: x is the output of both permissions or the input of both, so both edges of x go the same
 *   way.
 * Hence a topological order exists, and placing in it gives offsets that are nowhere larger than the optimum's.
 *
 * Of all topological orders only the one is followed that always takes the available item with the least
 * (offset, index): an item that comes right after one with a larger pair must have waited for it, so the two are
 * live at once. Where no permission has a negative lead, offsets in that order do not fall. Then an item that
 * would fit entirely below the next one is never left for later: it could be moved down there, but the sum of
 * offsets was least.
 */
export function searchExhaustively(
  problem: PlacementProblem,
  limit: number,
  target: number,
  effort: Effort,
): SearchResult {
  return new Search(problem, limit, target, effort).run();
}

class Search {
  readonly #problem: PlacementProblem;
  readonly #target: number;
  readonly #effort: Effort;
  readonly #count: number;
  readonly #sizes: Float64Array;
  /** Items that are live at the same time, and how far above this item they must be when placed later. */
  readonly #neighbours: readonly Int32Array[];
  readonly #clearances: readonly Float64Array[];
  /** Whether two items are live at once, row by row. */
  readonly #meets: Uint8Array;
  readonly #monotone: boolean;
  readonly #placed: Uint8Array;
  readonly #offsets: Float64Array;
  #limit: number;
  #best: Placement | undefined;
  #nodes = 0;

  constructor(problem: PlacementProblem, limit: number, target: number, effort: Effort) {
    const { items } = problem;
    const n = items.length;
    this.#problem = problem;
    this.#limit = limit;
    this.#target = target;
    this.#effort = effort;
    this.#count = n;
    this.#sizes = Float64Array.from(items, ({ size }) => size);
    this.#meets = new Uint8Array(n * n);
    const neighbours = items.map((item, i) =>
      items.flatMap((other, j) => (j !== i && liveAtOnce(item, other) ? [j] : [])),
    );
    neighbours.forEach((list, i) => list.forEach((j) => (this.#meets[i * n + j] = 1)));
    this.#neighbours = neighbours.map((list) => Int32Array.from(list));
    this.#clearances = neighbours.map((list, i) =>
      Float64Array.from(list, (j) => clearanceOf(problem, i, j)),
    );
    this.#monotone = problem.permissions.every(({ lead }) => lead >= 0);
    this.#placed = new Uint8Array(n);
    this.#offsets = new Float64Array(n);
  }

  run(): SearchResult {
    const exhausted = this.#descend(0, -1, new Float64Array(this.#count));
    return { placement: this.#best, exhausted, nodes: this.#nodes };
  }

  #met(): boolean {
    return this.#best !== undefined && this.#best.arena <= this.#target;
  }

  /** Searches below one node. `floors` are the least offsets of unplaced items. False: out of effort, or done. */
  #descend(depth: number, last: number, floors: Float64Array): boolean {
    if (this.#effort.spent >= this.#effort.limit) return false;
    this.#nodes++;
    this.#effort.spent += this.#count;
    if (depth === this.#count) {
      const offsets = this.#offsets.slice();
      const arena = arenaOf(this.#problem, offsets);
      this.#best = { offsets, arena };
      this.#limit = arena - 1;
      return !this.#met();
    }
    if (!this.#canFinish(floors)) return true;
    for (const i of this.#candidates(last, floors)) {
      const offset = floors[i] ?? 0;
      // The limit may have come down since the candidates were listed.
      if (offset + (this.#sizes[i] ?? 0) > this.#limit) continue;
      this.#placed[i] = 1;
      this.#offsets[i] = offset;
      const finished = this.#descend(depth + 1, i, this.#raise(floors, i, offset));
      this.#placed[i] = 0;
      if (!finished) return false;
    }
    return true;
  }

  #raise(floors: Float64Array, i: number, offset: number): Float64Array {
    const { items } = this.#problem;
    const raised = floors.slice();
    const neighbours = this.#neighbours[i] ?? new Int32Array();
    const clearances = this.#clearances[i] ?? new Float64Array();
    for (let k = 0; k < neighbours.length; k++) {
      const j = neighbours[k] ?? 0;
      if (this.#placed[j]) continue;
      const least = alignUp(offset + (clearances[k] ?? 0), items[j]?.alignment ?? 1);
      if (least > (raised[j] ?? 0)) raised[j] = least;
    }
    return raised;
  }

  /** False when the unplaced items of a clique, all above the lowest floor among them, cannot end in time. */
  #canFinish(floors: Float64Array): boolean {
    for (let i = 0; i < this.#count; i++) {
      if (!this.#placed[i] && (floors[i] ?? 0) + (this.#sizes[i] ?? 0) > this.#limit) return false;
    }
    const unplaced = (i: number): boolean => !this.#placed[i];
    for (const clique of this.#problem.cliques) {
      const { members, roundedSizes, permissions, grid } = clique;
      let floor = Infinity;
      let height = 0;
      for (let k = 0; k < members.length; k++) {
        const i = members[k] ?? 0;
        if (this.#placed[i]) continue;
        floor = Math.min(floor, floors[i] ?? 0);
        height += roundedSizes[k] ?? 0;
      }
      this.#effort.spent += members.length;
      const ceiling = alignUp(this.#limit, grid);
      if (height === 0 || floor + height <= ceiling) continue;
      if (permissions.length > 0) height = stackHeight(this.#problem, clique, unplaced);
      if (floor + height > ceiling) return false;
    }
    return true;
  }

  /** Unplaced items that may come next, lowest first, then largest. */
  #candidates(last: number, floors: Float64Array): number[] {
    const n = this.#count;
    const reached = last < 0 ? -1 : (this.#offsets[last] ?? 0);
    let lowestEnd = Infinity;
    if (this.#monotone) {
      for (let i = 0; i < n; i++) {
        if (!this.#placed[i]) lowestEnd = Math.min(lowestEnd, (floors[i] ?? 0) + (this.#sizes[i] ?? 0));
      }
    }
    const candidates: number[] = [];
    for (let i = 0; i < n; i++) {
      const floor = floors[i] ?? 0;
      if (this.#placed[i] || floor >= lowestEnd) continue;
      const later = floor > reached || (floor === reached && i > last);
      if (later || this.#meets[last * n + i]) candidates.push(i);
    }
    return candidates.sort(
      (a, b) => (floors[a] ?? 0) - (floors[b] ?? 0) || (this.#sizes[b] ?? 0) - (this.#sizes[a] ?? 0) || a - b,
    );
  }
}
