/**
 * Placement as a problem of its own, free of programs: items with a size, an alignment and a live range get
 * offsets ≥ 0 in one arena that is to be short. Two items that are live at once must be disjoint; a
 * permission lets an output lie over an input.
 */
export interface Item {
  /** In bytes, > 0. */
  readonly size: number;
  /** A power of two. */
  readonly alignment: number;
  /** First and last position, both included. */
  readonly first: number;
  readonly last: number;
}

/** Allowed beside disjointness: offset(input) − offset(output) ≥ lead. Indices of items that are live at once. */
export interface Permission {
  readonly input: number;
  readonly output: number;
  readonly lead: number;
}

/**
 * How far two items with a permission must be apart, seen from one of them. Both say less than disjointness
 * does or the same; `above` may be negative: the upper one may even begin below the lower one.
 */
export interface Clearance {
  readonly other: number;
  /** Least offset(this) − offset(other) when this one counts as the upper. */
  readonly above: number;
  /** Least offset(other) − offset(this) when this one counts as the lower. */
  readonly below: number;
}

/** Items that are all live at one position. */
export interface Clique {
  readonly at: number;
  readonly members: Int32Array;
  /** Smallest alignment of a member: every member begins on a multiple of it. */
  readonly grid: number;
  /** Sizes of the members, rounded up to the grid. */
  readonly roundedSizes: Float64Array;
  /** Permissions between two members. */
  readonly permissions: readonly Permission[];
}

export interface PlacementProblem {
  readonly items: readonly Item[];
  readonly permissions: readonly Permission[];
  /** Per item: the permissions that it is the input of. */
  readonly permissionsOf: readonly (readonly Permission[])[];
  /** Per item. */
  readonly clearances: readonly (readonly Clearance[])[];
  /** Per item: the others that are live at the same time, by index. */
  readonly neighbours: readonly Int32Array[];
  /** The maximal sets of items that are live at once, by position. */
  readonly cliques: readonly Clique[];
}

export function createProblem(items: readonly Item[], permissions: readonly Permission[]): PlacementProblem {
  const clearances: Clearance[][] = items.map(() => []);
  const useful = permissions.filter(({ output, lead }) => lead < (items[output]?.size ?? 0));
  for (const { input, output, lead } of useful) {
    // A lead below −size(input) says no more than −size(input): the pair is free either way.
    const above = Math.max(lead, -(items[input]?.size ?? 0));
    clearances[input]?.push({ other: output, above, below: items[input]?.size ?? 0 });
    clearances[output]?.push({ other: input, above: items[input]?.size ?? 0, below: above });
  }
  const permissionsOf = items.map((): Permission[] => []);
  for (const permission of useful) permissionsOf[permission.input]?.push(permission);
  return {
    items,
    permissions: useful,
    permissionsOf,
    clearances,
    neighbours: findNeighbours(items),
    cliques: findCliques(items, permissionsOf),
  };
}

/** The same problem with the chosen items alone, in that order. */
export function restrictProblem(problem: PlacementProblem, chosen: readonly number[]): PlacementProblem {
  const index = new Map(chosen.map((item, i) => [item, i]));
  return createProblem(
    chosen.map((item) => problem.items[item] as Item),
    chosen.flatMap((item, input) =>
      (problem.permissionsOf[item] ?? []).flatMap(({ output, lead }) => {
        const to = index.get(output);
        return to === undefined ? [] : [{ input, output: to, lead }];
      }),
    ),
  );
}

export function liveAtOnce(a: Item, b: Item): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Least offset(upper) − offset(lower) for two items that are live at once. */
export function clearanceOf(problem: PlacementProblem, lower: number, upper: number): number {
  const special = problem.clearances[lower]?.find(({ other }) => other === upper);
  return special?.below ?? problem.items[lower]?.size ?? 0;
}

export function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

/** End of the highest item. */
export function arenaOf(problem: PlacementProblem, offsets: Float64Array): number {
  return problem.items.reduce((end, { size }, i) => Math.max(end, (offsets[i] ?? 0) + size), 0);
}

/** Groups of items that are linked by being live at once: each can be placed on its own. */
export function independentGroups(items: readonly Item[]): number[][] {
  const order = items.map((_, i) => i).sort((a, b) => firstOf(items, a) - firstOf(items, b) || a - b);
  const groups: number[][] = [];
  let end = -Infinity;
  for (const i of order) {
    if (firstOf(items, i) > end) groups.push([]);
    groups.at(-1)?.push(i);
    end = Math.max(end, items[i]?.last ?? 0);
  }
  return groups;
}

function firstOf(items: readonly Item[], i: number): number {
  return items[i]?.first ?? 0;
}

function findNeighbours(items: readonly Item[]): Int32Array[] {
  const order = items.map((_, i) => i).sort((a, b) => firstOf(items, a) - firstOf(items, b) || a - b);
  const neighbours = items.map((): number[] => []);
  let live: number[] = [];
  for (const item of order) {
    live = live.filter((other) => (items[other]?.last ?? 0) >= firstOf(items, item));
    for (const other of live) {
      neighbours[item]?.push(other);
      neighbours[other]?.push(item);
    }
    live.push(item);
  }
  return neighbours.map((list) => Int32Array.from(list.sort((a, b) => a - b)));
}

/** Sweeps over the beginnings; the set there is maximal when a member ends before the next beginning. */
function findCliques(items: readonly Item[], permissionsOf: PlacementProblem['permissionsOf']): Clique[] {
  const order = items.map((_, i) => i).sort((a, b) => firstOf(items, a) - firstOf(items, b) || a - b);
  const cliques: Clique[] = [];
  let live: number[] = [];
  order.forEach((item, k) => {
    const at = firstOf(items, item);
    live = live.filter((other) => (items[other]?.last ?? 0) >= at);
    live.push(item);
    const next = order[k + 1];
    const until = next === undefined ? Infinity : firstOf(items, next);
    if (live.some((other) => (items[other]?.last ?? 0) < until)) {
      cliques.push(
        createClique(
          items,
          at,
          [...live].sort((a, b) => a - b),
          permissionsOf,
        ),
      );
    }
  });
  return cliques;
}

function createClique(
  items: readonly Item[],
  at: number,
  members: readonly number[],
  permissionsOf: PlacementProblem['permissionsOf'],
): Clique {
  const grid = members.reduce((least, i) => Math.min(least, items[i]?.alignment ?? 1), Infinity);
  const known = new Set(members);
  return {
    at,
    members: Int32Array.from(members),
    grid,
    roundedSizes: Float64Array.from(members, (i) => alignUp(items[i]?.size ?? 0, grid)),
    permissions: members.flatMap((i) => (permissionsOf[i] ?? []).filter(({ output }) => known.has(output))),
  };
}
