import { alignUp, arenaOf, type Item, type PlacementProblem } from './placement-problem.ts';

export type FitRule = 'first' | 'best';

/** Counts elementary steps, so that a search may end after the same work everywhere. */
export interface Effort {
  spent: number;
  readonly limit: number;
}

/**
 * Places items one by one in a given order: `first` at the lowest offset that is free, `best` in the gap that
 * is filled most tightly. Gives up, with undefined, when an item ends above `ceiling`.
 */
export function fitInOrder(
  problem: PlacementProblem,
  order: readonly number[],
  rule: FitRule,
  effort: Effort,
  ceiling = Infinity,
): Float64Array | undefined {
  const { items } = problem;
  const shelf = new Shelf(problem, effort);
  for (const i of order) {
    const item = items[i];
    if (!item) continue;
    const offset = rule === 'first' ? shelf.lowest(i, 0).offset : shelf.tightest(i);
    if (offset + item.size > ceiling) return undefined;
    shelf.put(i, offset);
  }
  return shelf.offsets;
}

interface Gap {
  readonly offset: number;
  /** How far the item could move up before it meets the next one. */
  readonly slack: number;
}

/** Items placed so far, sorted by offset. */
class Shelf {
  readonly offsets: Float64Array;
  readonly #problem: PlacementProblem;
  readonly #effort: Effort;
  readonly #sorted: Int32Array;
  #count = 0;

  constructor(problem: PlacementProblem, effort: Effort) {
    this.#problem = problem;
    this.#effort = effort;
    this.offsets = new Float64Array(problem.items.length);
    this.#sorted = new Int32Array(problem.items.length);
  }

  put(i: number, offset: number): void {
    let k = this.#count++;
    for (; k > 0 && (this.offsets[this.#sorted[k - 1] ?? 0] ?? 0) > offset; k--) {
      this.#sorted[k] = this.#sorted[k - 1] ?? 0;
    }
    this.#sorted[k] = i;
    this.offsets[i] = offset;
  }

  /** The lowest legal offset that is at least `from`. */
  lowest(i: number, from: number): Gap {
    const { items, clearances } = this.#problem;
    const { size, alignment, first, last } = items[i] as Item;
    const special = clearances[i] ?? [];
    let offset = alignUp(from, alignment);
    let slack = Infinity;
    this.#effort.spent += this.#count >> 3;
    for (let k = 0; k < this.#count; k++) {
      const p = this.#sorted[k] ?? 0;
      const other = items[p] as Item;
      if (other.first > last || first > other.last) continue;
      this.#effort.spent++;
      const at = this.offsets[p] ?? 0;
      // Everything from here on begins at or above the end: nothing is nearer than disjointness asks.
      if (offset + size <= at) return { offset, slack: Math.min(slack, at - size - offset) };
      const pair = special.length > 0 ? special.find((clearance) => clearance.other === p) : undefined;
      const highest = at - (pair ? pair.below : size);
      if (offset <= highest) {
        slack = Math.min(slack, highest - offset);
        continue;
      }
      const lowest = at + (pair ? pair.above : other.size);
      if (offset >= lowest) continue;
      offset = alignUp(lowest, alignment);
      // A neighbour passed from below may be in the way now.
      if (slack < Infinity) {
        slack = Infinity;
        k = -1;
      }
    }
    return { offset, slack };
  }

  /** The legal offset with the least slack; where nothing bounds it from above, the lowest one. */
  tightest(i: number): number {
    let best = this.lowest(i, 0);
    for (let gap = best; gap.slack < Infinity;) {
      gap = this.lowest(i, gap.offset + gap.slack + 1);
      if (gap.slack < best.slack) best = gap;
    }
    return best.offset;
  }
}

/** A placement and its length. */
export interface Placement {
  readonly offsets: Float64Array;
  readonly arena: number;
}

/** The best of several greedy orders; stops at the first that needs no more than `target` bytes. */
export function greedyPlacement(problem: PlacementProblem, target: number, effort: Effort): Placement {
  let best: Placement | undefined;
  for (const rule of ['first', 'best'] as const) {
    for (const order of greedyOrders(problem)) {
      if (best && (best.arena <= target || effort.spent > effort.limit)) return best;
      const offsets = fitInOrder(problem, order, rule, effort, best && best.arena - 1);
      if (offsets) best = { offsets, arena: arenaOf(problem, offsets) };
    }
  }
  return best ?? { offsets: new Float64Array(problem.items.length), arena: 0 };
}

/** Orders of placement by size, time and crowding; ties by index. */
function* greedyOrders({ items, cliques }: PlacementProblem): Generator<readonly number[]> {
  const crowding = new Float64Array(items.length);
  for (const { members } of cliques) {
    const sum = members.reduce((total, i) => total + (items[i]?.size ?? 0), 0);
    for (const i of members) crowding[i] = Math.max(crowding[i] ?? 0, sum);
  }
  const duration = ({ first, last }: Item): number => last - first + 1;
  const keys: readonly ((item: Item, i: number) => readonly number[])[] = [
    ({ size }) => [-size],
    ({ size, last }) => [-size, -last],
    (item) => [-item.size * duration(item)],
    ({ size }, i) => [-(crowding[i] ?? 0), -size],
    (item) => [-duration(item), -item.size],
    ({ first, size }) => [first, -size],
    ({ last, size }) => [-last, -size],
    (item, i) => [-(crowding[i] ?? 0), -duration(item)],
  ];
  for (const key of keys) {
    const ranks = items.map(key);
    yield items.map((_, i) => i).sort((a, b) => compareRanks(ranks[a] ?? [], ranks[b] ?? []) || a - b);
  }
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let k = 0; k < a.length; k++) {
    const difference = (a[k] ?? 0) - (b[k] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
