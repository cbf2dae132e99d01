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

interface Choice {
  /** Of the whole tree below. */
  readonly cycles: number;
  readonly candidate?: Candidate;
}

/**
 * Chooses regions so that every node is in exactly one, at least total cycles of their cheapest schedules.
 *
 * A value with one reader may vanish inside a region, every other value must exist in memory. So the graph
 * falls into trees of single-use values, and on a tree the cheapest cover of a node is the cheapest region
 * rooted there plus the cheapest covers of what that region reads: one pass in execution order is exact.
 *
 * @param cyclesOf what a candidate counts
 * @returns by root node every candidate that covers the same nodes as the chosen one, that one first; none
 *   where a node can only be a view
 * @throws {MatchError} NODE_UNSUPPORTED when no module takes a node
 */
export function cheapestCover(
  candidates: Candidates,
  cyclesOf: (candidate: Candidate) => number = cheapestSchedule,
): ReadonlyMap<Node, readonly Candidate[]> {
  const { graph } = candidates;
  const byRoot = new Map<Node, Candidate[]>();
  for (const candidate of candidates.candidates) {
    const list = byRoot.get(candidate.region.root);
    if (list) list.push(candidate);
    else byRoot.set(candidate.region.root, [candidate]);
  }
  const best = new Map<Node, Choice>();
  // Shared values are paid once, by their own tree.
  const treeCycles = (input: Value): number => {
    const producer = graph.producer(input);
    return producer && graph.hasSingleUse(input) ? (best.get(producer)?.cycles ?? Infinity) : 0;
  };
  for (const node of graph.nodes) {
    const offer = (choice: Choice): void => {
      const known = best.get(node);
      if (!known || choice.cycles < known.cycles) best.set(node, choice);
    };
    for (const candidate of byRoot.get(node) ?? []) {
      const own = cyclesOf(candidate);
      offer({
        cycles: candidate.region.inputs.reduce((sum, input) => sum + treeCycles(input), own),
        candidate,
      });
    }
    // What may be a view keeps its kernel as well where it has one: layouts decide.
    const [input] = node.inputs;
    if (input && !best.has(node) && mayBeView(node, graph)) offer({ cycles: treeCycles(input) });
  }
  const chosen = new Map<Node, readonly Candidate[]>();
  const pending: Value[] = [...graph.outputs];
  for (const node of graph.nodes) {
    if (!node.outputs.some((output) => graph.hasSingleUse(output))) pending.push(...node.outputs);
  }
  for (let value = pending.pop(); value; value = pending.pop()) {
    const node = graph.producer(value);
    if (!node || chosen.has(node)) continue;
    const choice = best.get(node);
    if (!choice) throw unsupported(node, candidates);
    chosen.set(node, alike(choice.candidate, byRoot.get(node) ?? []));
    pending.push(...(choice.candidate?.region.inputs ?? node.inputs));
  }
  return chosen;
}

export function cheapestSchedule({ schedules }: Candidate): number {
  return Math.min(...schedules.map((schedule) => schedule.cycles));
}

function alike(chosen: Candidate | undefined, all: readonly Candidate[]): readonly Candidate[] {
  if (!chosen) return [];
  const { nodes } = chosen.region;
  const same = all.filter(
    (other) =>
      other !== chosen &&
      other.region.nodes.length === nodes.length &&
      other.region.nodes.every((node) => nodes.includes(node)),
  );
  return [chosen, ...same];
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
