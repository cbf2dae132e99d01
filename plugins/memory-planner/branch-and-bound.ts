import type { Effort } from './first-fit.ts';
import { stackHeight } from './lower-bound.ts';
import { alignUp, clearanceOf, liveAtOnce, type Item, type PlacementProblem } from './placement-problem.ts';

export interface SearchResult {
  /** `none`: no placement within the limit exists. `unknown`: the effort was spent before that was clear. */
  readonly outcome: 'found' | 'none' | 'unknown';
  /** Meaningful when found. */
  readonly offsets: Float64Array;
  readonly nodes: number;
}

/**
 * Exact search for a placement of at most `limit` bytes.
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
 * live at once. Where no permission has a negative lead, offsets in that order do not fall, which allows more:
 * - An item that would fit entirely below the next one is never left for later. It could be moved down there, but
 *   the sum of offsets was least.
 * - An unplaced item whose floor is below the last offset ends up above one of its unplaced neighbours.
 *
 * Unplaced items that fall apart in time are searched apart. Of two items that are alike the first lies lower.
 */
export function searchWithin(problem: PlacementProblem, limit: number, effort: Effort): SearchResult {
  return new Search(problem, limit, effort).run();
}

/** The place in the order: the item placed last, or none where a part of the search begins, and its offset. */
interface Place {
  readonly last: number;
  readonly reached: number;
}

class Search {
  readonly #problem: PlacementProblem;
  readonly #limit: number;
  readonly #effort: Effort;
  readonly #sizes: Float64Array;
  readonly #alignments: Float64Array;
  /** Items that are live at the same time, and how far above this item they must be when placed later. */
  readonly #neighbours: readonly Int32Array[];
  readonly #clearances: readonly Float64Array[];
  /** The item before this one that is just like it, or −1. */
  readonly #twins: Int32Array;
  readonly #monotone: boolean;
  readonly #placed: Uint8Array;
  readonly #offsets: Float64Array;
  /** Least offset of each unplaced item: above every placed item that is live at the same time. */
  readonly #floors: Float64Array;
  /** No less than the floors: what the order of placement implies as well. */
  readonly #implied: Float64Array;
  /** Triples of item, floor and implied floor as they were, to go back to. */
  readonly #trail: number[] = [];
  #nodes = 0;

  constructor(problem: PlacementProblem, limit: number, effort: Effort) {
    const { items } = problem;
    this.#problem = problem;
    this.#limit = limit;
    this.#effort = effort;
    this.#sizes = Float64Array.from(items, ({ size }) => size);
    this.#alignments = Float64Array.from(items, ({ alignment }) => alignment);
    this.#neighbours = problem.neighbours;
    this.#clearances = problem.neighbours.map((list, i) =>
      Float64Array.from(list, (j) => clearanceOf(problem, i, j)),
    );
    this.#twins = Int32Array.from(
      problem.neighbours,
      (list, i) => list.findLast((j) => j < i && this.#alike(i, j)) ?? -1,
    );
    this.#monotone = problem.permissions.every(({ lead }) => lead >= 0);
    this.#placed = new Uint8Array(items.length);
    this.#offsets = new Float64Array(items.length);
    this.#floors = new Float64Array(items.length);
    this.#implied = new Float64Array(items.length);
  }

  run(): SearchResult {
    const { items } = this.#problem;
    const order = items.map((_, i) => i).sort((a, b) => this.#item(a).first - this.#item(b).first || a - b);
    const outcome = this.#searchParts(order, { last: -1, reached: -1 });
    return { outcome, offsets: this.#offsets, nodes: this.#nodes };
  }

  #item(i: number): Item {
    return this.#problem.items[i] as Item;
  }

  #alike(i: number, j: number): boolean {
    const [a, b] = [this.#item(i), this.#item(j)];
    if (a.size !== b.size || a.first !== b.first || a.last !== b.last || a.alignment !== b.alignment)
      return false;
    return this.#problem.clearances[i]?.length === 0 && this.#problem.clearances[j]?.length === 0;
  }

  /** Places all of `rest`, sorted by beginning, one part in time after the other. */
  #searchParts(rest: readonly number[], place: Place): SearchResult['outcome'] {
    const parts = this.#partsOf(rest);
    const from: Place =
      parts.length === 1 ? place : { last: -1, reached: this.#monotone ? place.reached : -1 };
    for (const [k, part] of parts.entries()) {
      const outcome = this.#searchPart(part, from);
      if (outcome === 'found') continue;
      for (const done of parts.slice(0, k)) for (const i of done) this.#placed[i] = 0;
      return outcome;
    }
    return 'found';
  }

  /** Maximal runs of items without a gap in time. */
  #partsOf(rest: readonly number[]): number[][] {
    const parts: number[][] = [];
    let end = -Infinity;
    for (const i of rest) {
      const { first, last } = this.#item(i);
      if (first > end) parts.push([]);
      parts.at(-1)?.push(i);
      end = Math.max(end, last);
    }
    return parts;
  }

  #searchPart(part: readonly number[], place: Place): SearchResult['outcome'] {
    if (this.#effort.spent >= this.#effort.limit) return 'unknown';
    this.#nodes++;
    this.#effort.spent += part.length;
    const arrival = this.#trail.length;
    const outcome = this.#imply(part, place) && this.#canFinish(part) ? this.#branch(part, place) : 'none';
    this.#backTo(arrival);
    return outcome;
  }

  #branch(part: readonly number[], place: Place): SearchResult['outcome'] {
    for (const i of this.#candidates(part, place)) {
      const before = this.#trail.length;
      const offset = this.#floors[i] ?? 0;
      this.#placed[i] = 1;
      this.#offsets[i] = offset;
      this.#raiseNeighbours(i, offset);
      const rest = part.filter((j) => j !== i);
      const outcome = this.#searchParts(rest, { last: i, reached: offset });
      if (outcome === 'found') return outcome;
      this.#placed[i] = 0;
      this.#backTo(before);
      if (outcome === 'unknown') return outcome;
    }
    return 'none';
  }

  #raiseNeighbours(i: number, offset: number): void {
    const neighbours = this.#neighbours[i] ?? new Int32Array();
    const clearances = this.#clearances[i] ?? new Float64Array();
    for (let k = 0; k < neighbours.length; k++) {
      const j = neighbours[k] ?? 0;
      if (this.#placed[j]) continue;
      const least = alignUp(offset + (clearances[k] ?? 0), this.#alignments[j] ?? 1);
      this.#raise(j, Math.max(least, this.#floors[j] ?? 0), Math.max(least, this.#implied[j] ?? 0));
    }
  }

  #raise(i: number, floor: number, implied: number): void {
    this.#trail.push(i, this.#floors[i] ?? 0, this.#implied[i] ?? 0);
    this.#floors[i] = floor;
    this.#implied[i] = implied;
  }

  #backTo(length: number): void {
    while (this.#trail.length > length) {
      const implied = this.#trail.pop() ?? 0;
      const floor = this.#trail.pop() ?? 0;
      const i = this.#trail.pop() ?? 0;
      this.#floors[i] = floor;
      this.#implied[i] = implied;
    }
  }

  /** Raises what is implied for items that were passed over; false when nothing is left that could lift one. */
  #imply(part: readonly number[], { last, reached }: Place): boolean {
    if (!this.#monotone || reached < 0) return true;
    for (const i of part) {
      const floor = this.#floors[i] ?? 0;
      if (!this.#passedOver(i, floor, last, reached)) continue;
      let least = Infinity;
      const neighbours = this.#neighbours[i] ?? new Int32Array();
      this.#effort.spent += neighbours.length;
      for (let k = 0; k < neighbours.length; k++) {
        const j = neighbours[k] ?? 0;
        if (this.#placed[j]) continue;
        const above = Math.max(this.#implied[j] ?? 0, reached) + clearanceOf(this.#problem, j, i);
        if (above < least) least = above;
      }
      if (least === Infinity) return false;
      this.#raise(i, floor, Math.max(this.#implied[i] ?? 0, alignUp(least, this.#alignments[i] ?? 1)));
    }
    return true;
  }

  /** Comes too late in the order for its present floor. */
  #passedOver(i: number, floor: number, last: number, reached: number): boolean {
    if (floor > reached || (floor === reached && i > last)) return false;
    return last < 0 || !liveAtOnce(this.#item(i), this.#item(last));
  }

  /** False when the unplaced items of a clique, all above the lowest floor among them, cannot end in time. */
  #canFinish(part: readonly number[]): boolean {
    let begin = Infinity;
    let end = -Infinity;
    for (const i of part) {
      if ((this.#implied[i] ?? 0) + (this.#sizes[i] ?? 0) > this.#limit) return false;
      const { first, last } = this.#item(i);
      begin = Math.min(begin, first);
      end = Math.max(end, last);
    }
    const unplaced = (i: number): boolean => !this.#placed[i];
    for (const clique of this.#problem.cliques) {
      if (clique.at < begin || clique.at > end) continue;
      const { members, roundedSizes, permissions, grid } = clique;
      let floor = Infinity;
      let height = 0;
      for (let k = 0; k < members.length; k++) {
        const i = members[k] ?? 0;
        if (this.#placed[i]) continue;
        floor = Math.min(floor, this.#implied[i] ?? 0);
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

  /** Items that may come next, lowest first, then largest. */
  #candidates(part: readonly number[], { last, reached }: Place): number[] {
    let lowestEnd = Infinity;
    if (this.#monotone) {
      for (const i of part) lowestEnd = Math.min(lowestEnd, (this.#floors[i] ?? 0) + (this.#sizes[i] ?? 0));
    }
    const candidates = part.filter((i) => {
      const floor = this.#floors[i] ?? 0;
      if (floor >= lowestEnd || floor < (this.#implied[i] ?? 0) || this.#passedOver(i, floor, last, reached))
        return false;
      const twin = this.#twins[i] ?? -1;
      return twin < 0 || this.#placed[twin] === 1;
    });
    return candidates.sort(
      (a, b) =>
        (this.#floors[a] ?? 0) - (this.#floors[b] ?? 0) ||
        (this.#sizes[b] ?? 0) - (this.#sizes[a] ?? 0) ||
        a - b,
    );
  }
}
