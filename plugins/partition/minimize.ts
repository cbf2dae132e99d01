/** One choice to make: the cost of each of its alternatives on its own. */
export interface Variable {
  readonly costs: readonly number[];
}

/** What two choices cost together: `cost(i, j)` for alternative i of `a` and j of `b`. */
export interface Interaction {
  readonly a: number;
  readonly b: number;
  readonly cost: (i: number, j: number) => number;
}

interface Factor {
  readonly scope: readonly number[];
  /** Costs in row-major order of the scope's alternatives. */
  readonly table: Float64Array;
}

/** Tables beyond this many entries are cut down by fixing the variable to its best own cost. */
const largestTable = 1 << 16;

export interface Assignment {
  readonly choices: readonly number[];
  readonly cost: number;
  /** No assignment costs less; false when a table had to be cut. */
  readonly optimal: boolean;
}

/**
 * The cheapest assignment of all variables, by eliminating one after another (bucket elimination, Dechter
 * 1999). Exact; its tables grow with the treewidth, which is 1 for chains and 2 for residual networks.
 */
export function minimize(variables: readonly Variable[], interactions: readonly Interaction[]): Assignment {
  const sizes = variables.map((variable) => variable.costs.length);
  let factors: Factor[] = variables.map((variable, v) => ({
    scope: [v],
    table: Float64Array.from(variable.costs),
  }));
  for (const { a, b, cost } of interactions) {
    const table = new Float64Array((sizes[a] ?? 0) * (sizes[b] ?? 0));
    for (let i = 0; i < (sizes[a] ?? 0); i++) {
      for (let j = 0; j < (sizes[b] ?? 0); j++) table[i * (sizes[b] ?? 0) + j] = cost(i, j);
    }
    factors.push({ scope: [a, b], table });
  }
  let optimal = true;
  const decisions: { variable: number; scope: readonly number[]; best: Uint32Array }[] = [];
  const open = new Set(variables.keys());
  while (open.size > 0) {
    const variable = narrowest(open, factors);
    open.delete(variable);
    const touching = factors.filter((factor) => factor.scope.includes(variable));
    const scope = [...new Set(touching.flatMap((factor) => factor.scope))]
      .filter((v) => v !== variable)
      .sort((a, b) => a - b);
    const count = scope.reduce((product, v) => product * (sizes[v] ?? 1), 1);
    factors = factors.filter((factor) => !touching.includes(factor));
    if (count * (sizes[variable] ?? 1) > largestTable) {
      const costs = variables[variable]?.costs ?? [];
      const fixed = costs.indexOf(Math.min(...costs));
      optimal = false;
      decisions.push({ variable, scope: [], best: Uint32Array.of(fixed) });
      factors.push(...touching.map((factor) => restrict(factor, variable, fixed, sizes)));
      continue;
    }
    const table = new Float64Array(count);
    const best = new Uint32Array(count);
    const choices = new Map<number, number>();
    for (let entry = 0; entry < count; entry++) {
      let rest = entry;
      for (let k = scope.length - 1; k >= 0; k--) {
        const v = scope[k] ?? 0;
        choices.set(v, rest % (sizes[v] ?? 1));
        rest = Math.floor(rest / (sizes[v] ?? 1));
      }
      let least = Infinity;
      for (let i = 0; i < (sizes[variable] ?? 0); i++) {
        choices.set(variable, i);
        let sum = 0;
        for (const factor of touching) sum += at(factor, choices, sizes);
        if (sum < least) {
          least = sum;
          best[entry] = i;
        }
      }
      table[entry] = least;
    }
    decisions.push({ variable, scope, best });
    factors.push({ scope, table });
  }
  const chosen = new Map<number, number>();
  for (const { variable, scope, best } of decisions.reverse()) {
    const entry = scope.reduce((index, v) => index * (sizes[v] ?? 1) + (chosen.get(v) ?? 0), 0);
    chosen.set(variable, best[entry] ?? 0);
  }
  const choices = variables.map((_, v) => chosen.get(v) ?? 0);
  let cost = 0;
  variables.forEach((variable, v) => (cost += variable.costs[choices[v] ?? 0] ?? 0));
  for (const { a, b, cost: pair } of interactions) cost += pair(choices[a] ?? 0, choices[b] ?? 0);
  return { choices, cost, optimal };
}

/** The variable whose elimination makes the smallest table: few neighbours first. */
function narrowest(open: ReadonlySet<number>, factors: readonly Factor[]): number {
  const neighbours = new Map<number, Set<number>>([...open].map((v) => [v, new Set<number>()]));
  for (const { scope } of factors) for (const v of scope) for (const w of scope) neighbours.get(v)?.add(w);
  let best = -1;
  let least = Infinity;
  for (const [v, others] of neighbours) {
    if (others.size < least) [best, least] = [v, others.size];
  }
  return best;
}

function at(factor: Factor, choices: ReadonlyMap<number, number>, sizes: readonly number[]): number {
  let index = 0;
  for (const v of factor.scope) index = index * (sizes[v] ?? 1) + (choices.get(v) ?? 0);
  return factor.table[index] ?? 0;
}

function restrict(factor: Factor, variable: number, fixed: number, sizes: readonly number[]): Factor {
  const scope = factor.scope.filter((v) => v !== variable);
  const count = scope.reduce((product, v) => product * (sizes[v] ?? 1), 1);
  const table = new Float64Array(count);
  const choices = new Map([[variable, fixed]]);
  for (let entry = 0; entry < count; entry++) {
    let rest = entry;
    for (let k = scope.length - 1; k >= 0; k--) {
      const v = scope[k] ?? 0;
      choices.set(v, rest % (sizes[v] ?? 1));
      rest = Math.floor(rest / (sizes[v] ?? 1));
    }
    table[entry] = at(factor, choices, sizes);
  }
  return { scope, table };
}
