import { standsAlone } from 'match-compiler/plugins/baseline-match';
import type { Candidate, Graph, Node } from 'match-compiler';

/**
 * Regions by a fixed priority: everything that the first module takes, longest patterns first, then what the next one
 * takes of the rest. Costs play no part; among patterns of one module on the same nodes the first that it lists counts.
 *
 * @param priority names of modules; candidates of others are left out
 */
export function priorityCover(
  candidates: readonly Candidate[],
  graph: Graph,
  priority: readonly string[],
): readonly Candidate[] {
  const taken = new Set<Node>();
  return priority.flatMap((name) =>
    candidates
      .filter(({ module }) => module.name === name)
      .filter((candidate) => standsAlone(candidate, graph))
      .sort((a, b) => b.region.nodes.length - a.region.nodes.length)
      .filter(({ region }) => {
        if (region.nodes.some((node) => taken.has(node))) return false;
        for (const node of region.nodes) taken.add(node);
        return true;
      }),
  );
}
