import {
  pattern as patterns,
  type Bids,
  type ExecutionModule,
  type Graph,
  type ModulePattern,
  type ModuleRefusal,
  type Node,
  type Offer,
  type PatternMatch,
  type Region,
  type Target,
  type Value,
} from 'match-compiler';

/** Tries every pattern of every module on every node: what fits is an offer, what nearly fits a refusal. */
export function enumerateOffers(graph: Graph, target: Target): Bids {
  const offers: Offer[] = [];
  const refusals: ModuleRefusal[] = [];
  for (const root of graph.nodes) {
    for (const module of target.modules) {
      for (const pattern of module.patterns) {
        const result = offerAt(root, graph, module, pattern);
        if ('offer' in result) offers.push(result.offer);
        else if (result.refusal) refusals.push(result.refusal);
      }
    }
  }
  return { offers, refusals };
}

type OfferResult = { readonly offer: Offer } | { readonly refusal: ModuleRefusal | undefined };

/** One pattern of one module on one node. A pattern whose root operator differs refuses without a word. */
export function offerAt(
  root: Node,
  graph: Graph,
  module: ExecutionModule,
  pattern: ModulePattern,
): OfferResult {
  const refuse = (node: Node, reason: string, matched: number): OfferResult => ({
    refusal: { module: module.name, pattern: pattern.name, root, node, reason, matched },
  });
  const result = patterns.matchPattern(pattern.pattern, root, graph);
  if ('refusal' in result) {
    const { node, reason, matched } = result.refusal;
    return matched === 0 ? { refusal: undefined } : refuse(node, reason, matched);
  }
  const region = regionOf(result.match, graph);
  for (const constraint of pattern.constraints ?? []) {
    const answer = constraint(region, graph);
    if (answer !== true) return refuse(root, answer, region.nodes.length);
  }
  return { offer: { region, module, pattern } };
}

/** The edges of a match: what it reads from outside and what is read of it outside. */
export function regionOf(match: PatternMatch, graph: Graph): Region {
  const nodes = [...new Set(match.nodes)];
  const inside = new Set<Value>(nodes.flatMap((node) => node.outputs));
  const read = new Set(nodes.flatMap((node) => node.inputs).filter((value) => !inside.has(value)));
  const outputs = [...inside].filter(
    (value) => graph.isOutput(value) || graph.consumers(value).some((user) => !nodes.includes(user)),
  );
  return {
    root: match.root,
    nodes,
    inputs: [...read].filter((value) => !value.constant),
    constants: [...read].filter((value) => value.constant),
    // A result that nobody reads is still written by the kernel.
    outputs: outputs.length > 0 ? outputs : [...match.root.outputs],
    match,
  };
}
