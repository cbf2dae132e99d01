import { searchWithin } from './branch-and-bound.ts';
import { greedyPlacement, type Effort } from './first-fit.ts';
import { arenaOf, restrictProblem, type PlacementProblem } from './placement-problem.ts';

/** A bound that some of the items prove: placing these alone within `within` bytes is impossible. */
export interface WindowBound {
  readonly bytes: number;
  readonly within: number;
  readonly window: Window;
  readonly nodes: number;
}

/** All items that are live at one of the positions from `from` to `to`. */
export interface Window {
  readonly items: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** Windows span this many neighbouring cliques. */
const widths = [2, 3, 4, 6, 8, 12];
/** Beyond this a window is no easier than the whole. */
const mostItems = 24;

/**
 * Raises a lower bound by solving small parts exactly: leaving items out never makes an arena longer, so the
 * optimum of a window of neighbouring cliques bounds that of the whole. This sees what no single position shows,
 * above all chains of layers each of which lies diagonally over the one before. Stops at `enough` bytes.
 */
export function raiseByWindows(
  problem: PlacementProblem,
  bound: number,
  enough: number,
  effort: Effort,
): WindowBound | undefined {
  let best: WindowBound | undefined;
  let bytes = bound;
  const budget = Math.ceil(effort.limit / 8);
  for (const window of windowsOf(problem, bound)) {
    const { items } = window;
    if (bytes >= enough || effort.spent >= effort.limit) break;
    effort.spent += items.length * items.length;
    const part = restrictProblem(problem, items);
    const greedy = greedyPlacement(part, bytes, effort);
    let shortest = greedy.arena;
    let nodes = 0;
    // The window's optimum lies between the bound and its shortest placement: halve that.
    while (bytes < shortest) {
      const limit = best?.window === window ? Math.floor((bytes + shortest - 1) / 2) : bytes;
      const own: Effort = { spent: 0, limit: Math.min(budget, effort.limit - effort.spent) };
      const result = searchWithin(part, limit, own);
      effort.spent += own.spent;
      nodes += result.nodes;
      if (result.outcome === 'unknown') break;
      if (result.outcome === 'found') {
        shortest = arenaOf(part, result.offsets);
      } else {
        bytes = limit + 1;
        best = { bytes, within: limit, window, nodes };
      }
    }
  }
  return best;
}

/** Items of neighbouring cliques that could need more than the bound; narrow windows first, then crowded ones. */
function windowsOf({ items, cliques }: PlacementProblem, bound: number): Window[] {
  const sizeOf = (members: Iterable<number>): number => {
    let sum = 0;
    for (const i of members) sum += items[i]?.size ?? 0;
    return sum;
  };
  return widths.flatMap((width) => {
    const windows: { readonly window: Window; readonly crowd: number }[] = [];
    for (let start = 0; start + width <= cliques.length; start++) {
      const span = cliques.slice(start, start + width);
      const members = [...new Set(span.flatMap((clique) => [...clique.members]))].sort((a, b) => a - b);
      if (members.length > mostItems || sizeOf(members) <= bound) continue;
      windows.push({
        window: { items: members, from: span[0]?.at ?? 0, to: span.at(-1)?.at ?? 0 },
        crowd: Math.max(...span.map((clique) => sizeOf(clique.members))),
      });
    }
    return windows.sort((a, b) => b.crowd - a.crowd).map(({ window }) => window);
  });
}
