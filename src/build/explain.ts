import { nearest } from '../diagnostics/suggest.ts';
import type { Graph, Node } from '../ir/graph.ts';
import type { Candidate, Candidates, Offer, Schedule } from '../mapping/candidates.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { Tile } from '../target/tiling.ts';
import { nodeAmbiguous, nodeUnknown } from './diagnostics.ts';
import { createPipeline, importPair } from './pipeline.ts';
import { resolveConfig, type ProjectOptions } from './settings.ts';

export interface ExplainOptions extends ProjectOptions {
  /** The model's own name of a node, a part of it, or the name of a node of the graph. */
  readonly node: string;
}

/** One way to run a node: a region on a module. */
export interface ExplainedCandidate {
  readonly module: string;
  readonly pattern: string;
  /** Operators of the region, in execution order. */
  readonly operators: readonly string[];
  /** Of its cheapest schedule, alone: transfers and dispatch included, conversions between layouts not. */
  readonly cycles: number;
  readonly schedule: ExplainedSchedule;
  readonly chosen: boolean;
  /** The part of the region that was chosen, where a module shares it with another. */
  readonly share?: Tile;
  /**
   * Cycles more (less, where negative) than the choice, for the same nodes: what one of them leaves out costs
   * what its cheapest candidate does. Absent where the rest cannot be covered, and for the choice itself.
   */
  readonly difference?: number;
}

export interface ExplainedSchedule {
  readonly tile: Readonly<Record<string, number>>;
  readonly order: readonly string[];
  /** Bytes of tile buffers and scratch, by memory level. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** Why a pattern does not take a node. */
export interface ExplainedRefusal {
  readonly module: string;
  /** Absent where the module has no pattern that begins like it. */
  readonly pattern?: string;
  /** The node on which the condition failed. */
  readonly node: string;
  readonly reason: string;
}

/** Where one node of a model runs on one target, and why. */
export interface Explanation {
  readonly model: string;
  readonly target: string;
  /** The model's own name. */
  readonly node: string;
  /** What became of it: the nodes of the rewritten graph. */
  readonly graphNodes: readonly { readonly name: string; readonly op: string }[];
  /** The choice first, then by cost. */
  readonly candidates: readonly ExplainedCandidate[];
  readonly refusals: readonly ExplainedRefusal[];
  /** The node only renames memory and runs nowhere. */
  readonly isView: boolean;
}

/**
 * Every candidate for a node of each model on each target, with what was chosen and what speaks against the rest.
 * @throws {MatchError} NODE_UNKNOWN, NODE_AMBIGUOUS and whatever stops a build before its selection
 */
export async function explain(options: ExplainOptions): Promise<readonly Explanation[]> {
  const project = await resolveConfig(options, 'explain');
  const explanations: Explanation[] = [];
  for (const pair of project.pairs) {
    const pipeline = createPipeline(project, pair, options);
    const imported = await importPair(pipeline, pair);
    const { compiler, context } = pipeline;
    const graph = await compiler.transform(imported, context);
    const { name, nodes } = findNodes(graph, imported, options.node, pair.model.file);
    const candidates = await compiler.enumerate(graph, context);
    const mapping = await compiler.select(candidates, context);
    const { offers } = await compiler.hooks.enumerate.promise({ offers: [], refusals: [] }, graph, context);
    explanations.push({
      model: pair.model.file,
      target: pair.target.name,
      node: name,
      ...explainNodes(nodes, offers, candidates, mapping),
    });
  }
  return explanations;
}

/** The nodes that a text means: by whole names first, then by parts of names, as the first of these finds any. */
function findNodes(
  graph: Graph,
  imported: Graph,
  text: string,
  file: string,
): { readonly name: string; readonly nodes: readonly Node[] } {
  const names = new Map<string, Node[]>();
  const put = (name: string, node: Node): void => {
    const known = names.get(name) ?? [];
    if (!known.includes(node)) names.set(name, [...known, node]);
  };
  for (const node of graph.nodes) {
    if (node.loc.length === 0) put(node.name, node);
    for (const { node: name } of node.loc) put(name, node);
  }
  const wanted = text.toLowerCase();
  const parts = (name: string): string[] => name.toLowerCase().split(';');
  const tests: ((name: string) => boolean)[] = [
    (name) => name === text,
    (name) => parts(name).includes(wanted),
    (name) => parts(name)[0]?.split('/').includes(wanted) ?? false,
    (name) => parts(name).some((part) => part.split('/').includes(wanted)),
    (name) => name.toLowerCase().includes(wanted),
  ];
  for (const matches of tests) {
    const found = [...names.keys()].filter(matches);
    const [name] = found;
    if (name === undefined) continue;
    if (found.length > 1) throw nodeAmbiguous(text, found, file);
    return { name, nodes: names.get(name) ?? [] };
  }
  const byNode = graph.nodes.filter((node) => node.name === text);
  if (byNode.length > 0) return { name: text, nodes: byNode };
  const gone = imported.nodes.some((node) => node.name === text || node.loc.some((loc) => loc.node === text));
  const words = [...names.keys()].flatMap((name) => [
    name,
    ...parts(name).flatMap((part) => part.split('/')),
  ]);
  const suggestion = nearest(text, words) ?? words.find((word) => isAbbreviation(wanted, word.toLowerCase()));
  throw nodeUnknown(text, gone, suggestion, [...names.keys()], file);
}

/** All letters of `short` come in `long`, in this order: `conv3` of `conv2d_3`. */
function isAbbreviation(short: string, long: string): boolean {
  let at = 0;
  for (const letter of long) if (letter === short[at]) at++;
  return at === short.length && long.length <= 2 * short.length;
}

function explainNodes(
  nodes: readonly Node[],
  offers: readonly Offer[],
  { graph, target, candidates, refusals }: Candidates,
  mapping: Mapping,
): Pick<Explanation, 'graphNodes' | 'candidates' | 'refusals' | 'isView'> {
  const concerned = candidates.filter(({ region }) => region.nodes.some((node) => nodes.includes(node)));
  const chosen = mapping.regions.filter(({ region }) => region.nodes.some((node) => nodes.includes(node)));
  const regionOf = (candidate: Candidate): Mapping['regions'][number] | undefined =>
    chosen.find((mapped) => isSameOffer(mapped, candidate));
  const listed = concerned.map((candidate): ExplainedCandidate => {
    const mapped = regionOf(candidate);
    const schedule = mapped?.schedule ?? cheapest(candidate);
    const difference = mapped ? undefined : costDifference(candidate, mapping, candidates);
    return {
      module: candidate.module.name,
      pattern: candidate.pattern.name,
      operators: candidate.region.nodes.map(({ op }) => op.name),
      cycles: cheapest(candidate).cycles,
      schedule: { tile: schedule.tile, order: schedule.order, bytes: schedule.bytes },
      chosen: mapped !== undefined,
      ...(mapped && Object.keys(mapped.share.ranges).length > 0 && { share: mapped.share }),
      ...(difference !== undefined && { difference }),
    };
  });
  const rank = ({ chosen: isChosen, difference = Infinity }: ExplainedCandidate): number =>
    isChosen ? -Infinity : difference;
  const around = new Set([...nodes, ...chosen.flatMap(({ region }) => region.nodes)]);
  const refused = refusals
    .filter(({ root, node }) => around.has(root) && (nodes.includes(root) || nodes.includes(node)))
    .sort((a, b) => b.matched - a.matched)
    .map(({ module, pattern, node, reason }) => ({ module, pattern, node: node.name, reason }));
  const unscheduled = offers
    .filter(({ region }) => region.nodes.some((node) => nodes.includes(node)))
    .filter((offer) => !concerned.some((candidate) => isSameOffer(candidate, offer)))
    .map(({ module, pattern, region }) => ({
      module: module.name,
      pattern: pattern.name,
      node: region.root.name,
      reason: 'fits, but no schedule of it fits the memory',
    }));
  const silent = target.modules.filter(
    ({ name }) => ![...listed, ...unscheduled, ...refused].some(({ module }) => module === name),
  );
  const kinds = [...new Set(nodes.map(({ op }) => op.name))].join(', ');
  return {
    graphNodes: nodes.map(({ name, op }) => ({ name, op: op.name })),
    candidates: listed.sort((a, b) => rank(a) - rank(b) || a.cycles - b.cycles),
    refusals: [
      ...unscheduled,
      ...refused,
      ...silent.map(({ name }) => ({
        module: name,
        node: nodes[0]?.name ?? '',
        reason: `has no pattern for ${kinds}`,
      })),
    ],
    isView:
      nodes.length > 0 && chosen.length === 0 && nodes.every((node) => isMappedAsView(node, mapping, graph)),
  };
}

function isMappedAsView(node: Node, { views }: Mapping, graph: Graph): boolean {
  return node.outputs.every((output) => views.has(output) || graph.consumers(output).length === 0);
}

function cheapest({ schedules }: Candidate): Schedule {
  const [first, ...rest] = schedules;
  return rest.reduce((best, schedule) => (schedule.cycles < best.cycles ? schedule : best), first);
}

/** Cycles that a candidate costs more than the choice on all nodes that either covers. */
function costDifference(
  candidate: Candidate,
  mapping: Mapping,
  candidates: readonly Candidate[],
): number | undefined {
  const own = candidate.region.nodes;
  const chosen = mapping.regions.filter(({ region }) => region.nodes.some((node) => own.includes(node)));
  const union = new Set([...own, ...chosen.flatMap(({ region }) => region.nodes)]);
  const rest = coverCost(
    [...union].filter((node) => !own.includes(node)),
    candidates,
  );
  // Shares of one region run side by side: the longest of them counts.
  const regions = new Map<Node, number>();
  for (const { region, schedule } of chosen) {
    regions.set(region.root, Math.max(regions.get(region.root) ?? 0, schedule.cycles));
  }
  const covered = new Set(chosen.flatMap(({ region }) => region.nodes));
  const restOfChoice = coverCost(
    [...union].filter((node) => !covered.has(node)),
    candidates,
  );
  if (rest === undefined || restOfChoice === undefined) return undefined;
  const choice = [...regions.values()].reduce((sum, cycles) => sum + cycles, restOfChoice);
  return cheapest(candidate).cycles + rest - choice;
}

/** Least cost of covering exactly these few nodes; undefined where no candidates do. */
function coverCost(nodes: readonly Node[], candidates: readonly Candidate[]): number | undefined {
  const [first] = nodes;
  if (!first) return 0;
  let best: number | undefined;
  for (const candidate of candidates) {
    const own = candidate.region.nodes;
    if (!own.includes(first) || !own.every((node) => nodes.includes(node))) continue;
    const rest = coverCost(
      nodes.filter((node) => !own.includes(node)),
      candidates,
    );
    if (rest === undefined) continue;
    const cost = cheapest(candidate).cycles + rest;
    if (best === undefined || cost < best) best = cost;
  }
  return best;
}

function isSameOffer(a: Offer, b: Offer): boolean {
  const [own, other] = [a.region.nodes, b.region.nodes];
  return (
    a.module === b.module &&
    a.pattern === b.pattern &&
    own.length === other.length &&
    own.every((node) => other.includes(node))
  );
}
