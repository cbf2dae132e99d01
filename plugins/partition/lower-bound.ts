import {
  byteSize,
  linkBetween,
  wholeTile,
  type Candidate,
  type Candidates,
  type Graph,
  type Link,
  type Target,
} from 'match-compiler';
import { Covers } from './cover.ts';
import { mayBeView } from './units.ts';

/** Cycles that one candidate keeps each engine busy, with everything else free. */
type Loads = ReadonlyMap<string, number>;

const rounds = 300;

/**
 * Cycles that no mapping of these candidates can beat: the busiest engine when work is split freely between
 * the modules that run it, each transfer channel being an engine that moves constants, network inputs and
 * outputs once at full speed, and nothing else costs anything.
 *
 * For any weights w ≥ 0 of the engines that add up to 1, the busiest engine works at least as long as the
 * weighted mean, and that is at least the cheapest cover of the graph where a candidate costs Σ w·load: so
 * each weighting proves a bound, and the best of a search over weightings is reported (Lagrangian duality).
 */
export function busiestEngineBound(candidates: Candidates): number {
  const loads = candidates.candidates.map((entry) => loadsOf(entry, candidates));
  const engines = [...new Set(loads.flatMap((own) => [...own.keys()]))].sort();
  const loadTable = loads.map((own) => Float64Array.from(engines, (engine) => own.get(engine) ?? 0));
  const covers = new Covers(candidates);
  const costs = new Float64Array(loads.length);
  let weights = engines.map(() => 1 / engines.length);
  let best = 0;
  const attempt = (w: readonly number[]): readonly number[] => {
    loadTable.forEach((own, c) => {
      let sum = 0;
      for (let e = 0; e < own.length; e++) sum += (own[e] ?? 0) * (w[e] ?? 0);
      costs[c] = sum;
    });
    const total = engines.map(() => 0);
    covers.cheapest(
      (candidate) => costs[candidate] ?? Infinity,
      (_, candidate) => {
        loadTable[candidate]?.forEach((load, e) => (total[e] = (total[e] ?? 0) + load));
      },
    );
    best = Math.max(
      best,
      total.reduce((sum, load, e) => sum + load * (w[e] ?? 0), 0),
    );
    return total;
  };
  engines.forEach((_, e) => attempt(engines.map((_engine, i) => (i === e ? 1 : 0))));
  // Multiplicative weights: what is overloaded under the best reply gets dearer.
  for (let round = 1; round <= rounds; round++) {
    const total = attempt(weights);
    const largest = Math.max(1, ...total);
    const step = 2 / Math.sqrt(round);
    const raised = weights.map((w, e) => w * Math.exp((step * (total[e] ?? 0)) / largest));
    const sum = raised.reduce((a, b) => a + b, 0);
    weights = raised.map((w) => w / sum);
  }
  return Math.floor(best);
}

function loadsOf(candidate: Candidate, { graph, target }: Candidates): Loads {
  const { region, module, pattern, schedules } = candidate;
  const { activations, constants } = module.operands;
  const loads = new Map<string, number>();
  // What may come to be a view costs nothing in the best case.
  if (region.nodes.every((node) => mayBeView(node, graph))) return loads;
  const add = (engine: string, cycles: number): void => {
    loads.set(engine, (loads.get(engine) ?? 0) + cycles);
  };
  const choices = schedules.map(({ layouts }) => layouts);
  add(
    module.name,
    Math.min(...choices.map((layouts) => pattern.cycles({ region, layouts, tile: wholeTile }))),
  );
  const fetch = linkBetween(target, target.homes.constants, constants);
  if (fetch && constants !== target.homes.constants) {
    const bytes = Math.min(
      ...choices.map((layouts) =>
        (pattern.tiling?.(region, layouts).constants ?? []).reduce((sum, operand) => sum + operand.bytes, 0),
      ),
    );
    add(fetch.channel, bytes / fetch.bytesPerCycle);
  }
  addEdges(candidate, graph, target, activations, (link, bytes) =>
    add(link.channel, bytes / link.bytesPerCycle),
  );
  return loads;
}

/** Network inputs that this candidate is the first to read, network outputs that it makes. */
function addEdges(
  { region }: Candidate,
  graph: Graph,
  target: Target,
  near: string,
  add: (link: Link, bytes: number) => void,
): void {
  const home = target.homes.activations;
  if (near === home) return;
  const load = linkBetween(target, home, near);
  const store = linkBetween(target, near, home);
  for (const input of region.inputs) {
    const [first] = graph.consumers(input);
    const own = first !== undefined && region.nodes.includes(first);
    if (load && own && graph.inputs.includes(input)) add(load, byteSize(input.type));
  }
  for (const output of region.outputs) {
    if (store && graph.isOutput(output)) add(store, byteSize(output.type));
  }
}
