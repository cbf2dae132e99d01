import {
  MatchError,
  locationOf,
  printNode,
  type Candidate,
  type Candidates,
  type Node,
  type Value,
} from 'match-compiler';

/**
 * Chooses regions so that every node is in exactly one, at least total cycles of their cheapest schedules.
 *
 * A value with one reader may vanish inside a region, every other value must exist in memory. So the graph
 * falls into trees of single-use values, and on a tree the cheapest cover of a node is the cheapest region
 * rooted there plus the cheapest covers of what that region reads: one pass in execution order is exact.
 *
 * @returns the chosen candidate by root node
 * @throws {MatchError} NODE_UNSUPPORTED when no module takes a node
 */
export function cheapestCover(candidates: Candidates): ReadonlyMap<Node, Candidate> {
  const { graph } = candidates;
  const byRoot = new Map<Node, Candidate[]>();
  for (const candidate of candidates.candidates) {
    const list = byRoot.get(candidate.region.root);
    if (list) list.push(candidate);
    else byRoot.set(candidate.region.root, [candidate]);
  }
  const best = new Map<Node, { cycles: number; candidate: Candidate }>();
  for (const node of graph.nodes) {
    for (const candidate of byRoot.get(node) ?? []) {
      let cycles = Math.min(...candidate.schedules.map((schedule) => schedule.cycles));
      for (const input of candidate.region.inputs) {
        const producer = graph.producer(input);
        // Shared values are paid once, by their own tree.
        if (producer && graph.hasSingleUse(input)) cycles += best.get(producer)?.cycles ?? Infinity;
      }
      const known = best.get(node);
      if (!known || cycles < known.cycles) best.set(node, { cycles, candidate });
    }
  }
  const chosen = new Map<Node, Candidate>();
  const pending: Value[] = [...graph.outputs];
  for (const node of graph.nodes) {
    if (!node.outputs.some((output) => graph.hasSingleUse(output))) pending.push(...node.outputs);
  }
  for (let value = pending.pop(); value; value = pending.pop()) {
    const node = graph.producer(value);
    if (!node || chosen.has(node)) continue;
    const choice = best.get(node);
    if (!choice) throw unsupported(node, candidates);
    chosen.set(node, choice.candidate);
    pending.push(...choice.candidate.region.inputs);
  }
  return chosen;
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
