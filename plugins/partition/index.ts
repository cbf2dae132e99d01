import { definePlugin } from 'match-compiler';
import { enumerateOffers } from './enumerate.ts';
import { selectMapping } from './select.ts';

export { cheapestCover } from './cover.ts';
export { residentCandidates } from './resident-candidates.ts';
export { enumerateOffers, offerAt } from './enumerate.ts';
export { busiestEngineBound } from './lower-bound.ts';
export { nearMemory } from './stages/options.ts';
export { minimize, type Assignment, type Interaction, type Variable } from './minimize.ts';

/** Offers every pattern of every module, then covers the graph at least total cost. */
export const partition = definePlugin(() => ({
  name: 'partition',
  enumerate: (graph, { target }) => enumerateOffers(graph, target),
  select: (candidates, { attempt }) => selectMapping(candidates, attempt),
}));

export default partition;
