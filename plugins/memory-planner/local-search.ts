import { fitInOrder, type Effort, type Placement } from './first-fit.ts';
import { arenaOf, liveAtOnce, type PlacementProblem } from './placement-problem.ts';

/** Moves without progress before the search jumps elsewhere. */
const patience = 120;

/**
 * Walks through orders of placement from the given one: an item at the top of the arena is placed earlier, or
 * two items change places; what is not worse is kept. Pseudo-random from a fixed seed, bounded by counted
 * work: the same answer everywhere.
 */
export function improveByLocalSearch(
  problem: PlacementProblem,
  start: Placement,
  target: number,
  effort: Effort,
): Placement {
  const { items } = problem;
  const random = pseudoRandom(items.length);
  const pick = (count: number): number => Math.floor(random() * count);
  let best = start;
  let current = start;
  let order = byOffset(problem, start.offsets);
  let idle = 0;
  while (best.arena > target && effort.spent < effort.limit) {
    effort.spent++;
    const next = [...order];
    if (idle >= patience) {
      // Elsewhere: shuffle a part of the best order.
      idle = 0;
      const jump = byOffset(problem, best.offsets);
      for (let k = Math.max(2, items.length >> 2); k > 0; k--)
        swap(jump, pick(jump.length), pick(jump.length));
      const offsets = fitInOrder(problem, jump, 'first', effort);
      if (!offsets) continue;
      current = { offsets, arena: arenaOf(problem, offsets) };
      order = jump;
      if (current.arena < best.arena) best = current;
      continue;
    }
    if (pick(2) === 0) {
      const top = next.findIndex((i) => (current.offsets[i] ?? 0) + (items[i]?.size ?? 0) === current.arena);
      const [item] = next.splice(Math.max(0, top), 1);
      next.splice(pick(Math.max(1, top)), 0, item ?? 0);
    } else {
      const a = pick(next.length);
      const b = pick(next.length);
      const one = items[next[a] ?? 0];
      const other = items[next[b] ?? 0];
      if (a === b || !one || !other || !liveAtOnce(one, other)) continue;
      swap(next, a, b);
    }
    idle++;
    const offsets = fitInOrder(problem, next, 'first', effort, current.arena);
    if (!offsets) continue;
    const arena = arenaOf(problem, offsets);
    order = next;
    current = { offsets, arena };
    if (arena < best.arena) {
      best = current;
      idle = 0;
    }
  }
  return best;
}

/** Items by offset, an output before the input that it lies under. */
function byOffset(problem: PlacementProblem, offsets: Float64Array): number[] {
  const outputs = new Set(problem.permissions.map(({ output }) => output));
  const rank = (i: number): number => (outputs.has(i) ? 0 : 1);
  return problem.items
    .map((_, i) => i)
    .sort((a, b) => (offsets[a] ?? 0) - (offsets[b] ?? 0) || rank(a) - rank(b) || a - b);
}

function swap(order: number[], a: number, b: number): void {
  const kept = order[a] ?? 0;
  order[a] = order[b] ?? 0;
  order[b] = kept;
}

/** A linear congruential generator modulo 2^32, constants of Numerical Recipes; numbers in [0, 1). */
function pseudoRandom(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
