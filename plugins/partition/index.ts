import { definePlugin } from 'match-compiler';
import { enumerateOffers } from './enumerate.ts';
import { selectMapping } from './select.ts';

export { minimize, type Assignment, type Interaction, type Variable } from './minimize.ts';

/** Offers every pattern of every module, then covers the graph at least total cost. */
export const partition = definePlugin(() => ({
  name: 'partition',
  enumerate: (graph, { target }) => enumerateOffers(graph, target),
  // Nothing smaller to offer: one schedule per layout, and memory does not depend on layouts here.
  select: (candidates, { doesNotFit }) => (doesNotFit ? null : selectMapping(candidates)),
}));

export default partition;
