import { isOp, ops, type Candidate, type Candidates, type Mapping } from 'match-compiler';
import { greedyCover } from './greedy-cover.ts';
import { mapInSequence, type LayoutSelect } from './in-sequence.ts';

/** Where regions run that MATCH has no pattern for: on the controller, or on any module, by its cost alone. */
export type Others = 'controller' | 'anywhere';

/** MATCH's networks have unsigned activations from the start: changes of sign are this compiler's doing. */
function mayRunNear({ region }: Candidate, others: Others): boolean {
  return others === 'anywhere' || region.nodes.every((node) => isOp(node, ops.changeSign));
}

/**
 * MATCH's mapping: greedy regions on their modules, the rest on the controller; one region after the other, each
 * activation through its home.
 *
 * @param isMatch tells candidates that MATCH's search has scheduled
 * @param others where regions run that MATCH has no pattern for
 */
export async function selectLikeMatch(
  candidates: Candidates,
  isMatch: (candidate: Candidate) => boolean,
  others: Others,
  selectLayouts: LayoutSelect,
): Promise<Mapping | null> {
  const chosen = greedyCover(candidates.candidates.filter(isMatch), candidates.graph);
  return mapInSequence(
    candidates,
    chosen,
    (candidate) => !isMatch(candidate) && mayRunNear(candidate, others),
    selectLayouts,
  );
}
