import type { Candidate, Graph, Node } from 'match-compiler';

/**
 * MATCH's partitioning: patterns from the longest to the shortest; where several match at the same root, the one of
 * least predicted latency, equal ones in the order of the target. What lies before or behind plays no part.
 *
 * @param candidates those of MATCH's patterns, `cycles` of the first schedule being MATCH's latency
 */
export function greedyCover(candidates: readonly Candidate[], graph: Graph): readonly Candidate[] {
  const length = ({ region }: Candidate): number => region.nodes.length;
  const sorted = candidates
    .filter((candidate) => standsAlone(candidate, graph))
    .sort((a, b) => length(b) - length(a));
  const taken = new Set<Node>();
  const chosen: Candidate[] = [];
  const free = ({ region }: Candidate): boolean => !region.nodes.some((node) => taken.has(node));
  sorted.forEach((candidate, i) => {
    if (!free(candidate)) return;
    const { root } = candidate.region;
    const better = sorted
      .slice(i + 1)
      .some((later) => later.region.root === root && free(later) && latency(later) < latency(candidate));
    // A later pattern is cheaper: it gets its turn.
    if (better) return;
    chosen.push(candidate);
    for (const node of candidate.region.nodes) taken.add(node);
  });
  return chosen;
}

function latency({ schedules: [first] }: Candidate): number {
  return first.cycles;
}

/** Nothing inside is read outside. */
export function standsAlone({ region }: Candidate, graph: Graph): boolean {
  return region.nodes.every(
    (node) =>
      node === region.root ||
      node.outputs.every(
        (value) =>
          !graph.isOutput(value) && graph.consumers(value).every((user) => region.nodes.includes(user)),
      ),
  );
}
