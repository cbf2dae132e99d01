import { residentSchedule, type Bids, type Candidates, type Graph, type Target } from 'match-compiler';
import { enumerateOffers } from './enumerate.ts';

/** Every region that a module of the target takes, on operands at hand: for passes that compare forms of a layer. */
export function residentCandidates(
  graph: Graph,
  target: Target,
  { offers, refusals }: Bids = enumerateOffers(graph, target),
): Candidates {
  const candidates = offers.flatMap((offer) => {
    const [first, ...others] = offer.pattern
      .layouts(offer.region)
      .map((layouts) => residentSchedule(offer, layouts));
    return first ? [{ ...offer, schedules: [first, ...others] as const }] : [];
  });
  return { graph, target, candidates, refusals };
}
