import {
  MatchError,
  locationOf,
  printNode,
  type Candidate,
  type Candidates,
  type Node,
  type Value,
} from 'match-compiler';
import { mayBeView } from './units.ts';

/** A node of the graph as covers see it: by index, in execution order. */
interface CoverNode {
  readonly node: Node;
  /** Candidates rooted there. */
  readonly candidates: readonly number[];
  /** It may be a view of this node's value, where no candidate covers it; −1: of a value that is paid elsewhere. */
  readonly viewOf: number | undefined;
  /** Nodes that make its inputs. */
  readonly makers: readonly number[];
}

/**
 * Covers of a graph by regions so that every node is in exactly one.
 *
 * A value with one reader may vanish inside a region, every other value must exist in memory. So the graph
 * falls into trees of single-use values, and on a tree the cheapest cover of a node is the cheapest region
 * rooted there plus the cheapest covers of what that region reads: one pass in execution order is exact.
 */
export class Covers {
  readonly #candidates: Candidates;
  readonly #nodes: readonly CoverNode[];
  /** By candidate: nodes that make its inputs. All of them, and those whose value has no other reader. */
  readonly #makers: readonly (readonly number[])[];
  readonly #below: readonly (readonly number[])[];
  /** Nodes whose values are needed in memory. */
  readonly #roots: readonly number[];
  readonly #cycles: Float64Array;
  readonly #choices: Int32Array;

  constructor(candidates: Candidates) {
    const { graph } = candidates;
    this.#candidates = candidates;
    const indices = new Map(graph.nodes.map((node, n) => [node, n]));
    const makerOf = (value: Value): number => {
      const maker = graph.producer(value);
      return (maker && indices.get(maker)) ?? -1;
    };
    const makersOf = (values: readonly Value[]): number[] => values.map(makerOf).filter((n) => n >= 0);
    const byRoot = new Map<Node, number[]>();
    candidates.candidates.forEach(({ region: { root } }, c) => {
      const list = byRoot.get(root);
      if (list) list.push(c);
      else byRoot.set(root, [c]);
    });
    this.#nodes = graph.nodes.map((node) => {
      const own = byRoot.get(node) ?? [];
      const [input] = node.inputs;
      const view = own.length === 0 && input && mayBeView(node, graph) ? input : undefined;
      const viewOf = view && (graph.hasSingleUse(view) ? makerOf(view) : -1);
      return { node, candidates: own, viewOf, makers: makersOf(node.inputs) };
    });
    this.#makers = candidates.candidates.map(({ region }) => makersOf(region.inputs));
    this.#below = candidates.candidates.map(({ region }) =>
      makersOf(region.inputs.filter((input) => graph.hasSingleUse(input))),
    );
    const shared = graph.nodes.flatMap((node, n) =>
      node.outputs.some((output) => graph.hasSingleUse(output)) ? [] : [n],
    );
    this.#roots = [...new Set([...makersOf(graph.outputs), ...shared])];
    this.#cycles = new Float64Array(graph.nodes.length);
    this.#choices = new Int32Array(graph.nodes.length);
  }

  /**
   * The cover at least total cycles.
   *
   * @param cyclesOf what a candidate counts, by its index
   * @param visit called with the root of every region and the candidate that was chosen, −1 for a view
   * @throws {MatchError} NODE_UNSUPPORTED when no module takes a node
   */
  cheapest(cyclesOf: (candidate: number) => number, visit: (node: Node, candidate: number) => void): void {
    const [cycles, choices] = [this.#cycles, this.#choices];
    this.#nodes.forEach(({ candidates, viewOf }, n) => {
      let [least, choice] = [Infinity, -2];
      for (const candidate of candidates) {
        let sum = cyclesOf(candidate);
        for (const below of this.#below[candidate] ?? []) sum += cycles[below] ?? Infinity;
        if (choice === -2 || sum < least) [least, choice] = [sum, candidate];
      }
      // What may be a view keeps its kernel as well where it has one: layouts decide.
      if (viewOf !== undefined) [least, choice] = [viewOf < 0 ? 0 : (cycles[viewOf] ?? Infinity), -1];
      cycles[n] = least;
      choices[n] = choice;
    });
    const visited = new Set<number>();
    const pending = [...this.#roots];
    for (let n = pending.pop(); n !== undefined; n = pending.pop()) {
      const own = this.#nodes[n];
      if (!own || visited.has(n)) continue;
      visited.add(n);
      const choice = choices[n] ?? -2;
      if (choice === -2) throw unsupported(own.node, this.#candidates);
      visit(own.node, choice);
      if (choice >= 0) pending.push(...(this.#makers[choice] ?? []));
      else pending.push(...own.makers);
    }
  }

  /** By root node every candidate that covers the same nodes as the given one, that one first; none for a view. */
  alike(candidate: number): readonly Candidate[] {
    const { candidates } = this.#candidates;
    const chosen = candidates[candidate];
    if (!chosen) return [];
    const { nodes, root } = chosen.region;
    const same = candidates.filter(
      (other) =>
        other !== chosen &&
        other.region.root === root &&
        other.region.nodes.length === nodes.length &&
        other.region.nodes.every((node) => nodes.includes(node)),
    );
    return [chosen, ...same];
  }
}

/**
 * Chooses regions at least total cycles of their cheapest schedules.
 *
 * @returns by root node every candidate that covers the same nodes as the chosen one, that one first; none
 *   where a node can only be a view
 * @throws {MatchError} NODE_UNSUPPORTED when no module takes a node
 */
export function cheapestCover(candidates: Candidates): ReadonlyMap<Node, readonly Candidate[]> {
  const covers = new Covers(candidates);
  const cycles = candidates.candidates.map(cheapestSchedule);
  const chosen = new Map<Node, readonly Candidate[]>();
  covers.cheapest(
    (candidate) => cycles[candidate] ?? Infinity,
    (node, candidate) => chosen.set(node, covers.alike(candidate)),
  );
  return chosen;
}

export function cheapestSchedule({ schedules }: Candidate): number {
  return Math.min(...schedules.map((schedule) => schedule.cycles));
}

function unsupported(node: Node, { target, refusals }: Candidates): MatchError {
  const near = refusals.filter((refusal) => refusal.root === node);
  return new MatchError({
    code: 'NODE_UNSUPPORTED',
    message: `no module of ${target.name} runs ${node.op.name}`,
    loc: locationOf(node),
    frame: printNode(node),
    notes: near.map(({ module, pattern, reason }) => `${module}.${pattern}: ${reason}`),
    hint: 'a target needs a pattern and a kernel for every operator, or the portable kernels of the host',
  });
}
