import type { Node } from '../ir/graph.ts';
import type { Candidate, Candidates, Offer, Schedule } from '../mapping/candidates.ts';
import type { Mapping } from '../mapping/mapping.ts';
import type { Tile } from '../target/tiling.ts';
import { findNodes } from './find-nodes.ts';
import { createPipeline, importPair } from './pipeline.ts';
import { resolveConfig, type ProjectOptions } from './settings.ts';

export interface ExplainOptions extends ProjectOptions {
  /**
   * The model's own name of a node, a part of it, the name of a node of the graph, or an operator that occurs
   * once. An ellipsis stands for anything.
   */
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

function explainNodes(
  nodes: readonly Node[],
  offers: readonly Offer[],
  { target, candidates, refusals }: Candidates,
  mapping: Mapping,
): Pick<Explanation, 'graphNodes' | 'candidates' | 'refusals' | 'isView'> {
  const ids = idsOf(nodes);
  const views = viewIds(mapping);
  const chosen = mapping.regions.filter(({ region }) => touches(region.nodes, ids));
  // Where the node runs at all, other ways for what is a view of its result are no answer to where it runs.
  const running = new Set([...ids].filter((id) => chosen.length === 0 || !views.has(id)));
  const concerned = candidates.filter(({ region }) => touches(region.nodes, running));
  const regionOf = (candidate: Candidate): Mapping['regions'][number] | undefined =>
    chosen.find((mapped) => isSameOffer(mapped, candidate));
  const listed = concerned.map((candidate): ExplainedCandidate => {
    const mapped = regionOf(candidate);
    const schedule = mapped?.schedule ?? cheapest(candidate);
    const difference = mapped ? undefined : costDifference(candidate, mapping, views, candidates);
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
  const around = idsOf([...nodes, ...chosen.flatMap(({ region }) => region.nodes)]);
  const refused = refusals
    .filter(({ root, node }) => around.has(root.id) && (ids.has(root.id) || ids.has(node.id)))
    .sort((a, b) => b.matched - a.matched)
    .map(({ module, pattern, node, reason }) => ({ module, pattern, node: node.name, reason }));
  const unscheduled = offers
    .filter(({ region }) => touches(region.nodes, running))
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
    isView: nodes.length > 0 && chosen.length === 0 && nodes.every(({ id }) => views.has(id)),
  };
}

/** Nodes are told by their ids: a mapping has its own graph, where those that read conversions are others. */
function idsOf(nodes: readonly Node[]): ReadonlySet<number> {
  return new Set(nodes.map(({ id }) => id));
}

function touches(nodes: readonly Node[], ids: ReadonlySet<number>): boolean {
  return nodes.some(({ id }) => ids.has(id));
}

/** Nodes that only rename memory. */
function viewIds({ graph, views }: Mapping): ReadonlySet<number> {
  return idsOf(graph.nodes.filter(({ outputs }) => outputs.some((output) => views.has(output))));
}

function cheapest({ schedules }: Candidate): Schedule {
  const [first, ...rest] = schedules;
  return rest.reduce((best, schedule) => (schedule.cycles < best.cycles ? schedule : best), first);
}

/** Cycles that a candidate costs more than the choice on all nodes that either covers. */
function costDifference(
  candidate: Candidate,
  mapping: Mapping,
  views: ReadonlySet<number>,
  candidates: readonly Candidate[],
): number | undefined {
  const own = idsOf(candidate.region.nodes);
  const chosen = mapping.regions.filter(({ region }) => touches(region.nodes, own));
  const covered = idsOf(chosen.flatMap(({ region }) => region.nodes));
  const rest = coverCost(
    [...covered].filter((id) => !own.has(id)),
    candidates,
  );
  // Shares of one region run side by side: the longest of them counts.
  const regions = new Map<number, number>();
  for (const { region, schedule } of chosen) {
    regions.set(region.root.id, Math.max(regions.get(region.root.id) ?? 0, schedule.cycles));
  }
  // Views are free.
  const restOfChoice = coverCost(
    [...own].filter((id) => !covered.has(id) && !views.has(id)),
    candidates,
  );
  if (rest === undefined || restOfChoice === undefined) return undefined;
  const choice = [...regions.values()].reduce((sum, cycles) => sum + cycles, restOfChoice);
  return cheapest(candidate).cycles + rest - choice;
}

/** Least cost of covering exactly these few nodes; undefined where no candidates do. */
function coverCost(ids: readonly number[], candidates: readonly Candidate[]): number | undefined {
  const [first] = ids;
  if (first === undefined) return 0;
  let best: number | undefined;
  for (const candidate of candidates) {
    const own = idsOf(candidate.region.nodes);
    if (!own.has(first) || ![...own].every((id) => ids.includes(id))) continue;
    const rest = coverCost(
      ids.filter((id) => !own.has(id)),
      candidates,
    );
    if (rest === undefined) continue;
    const cost = cheapest(candidate).cycles + rest;
    if (best === undefined || cost < best) best = cost;
  }
  return best;
}

function isSameOffer(a: Offer, b: Offer): boolean {
  const [own, other] = [idsOf(a.region.nodes), idsOf(b.region.nodes)];
  return (
    a.module === b.module &&
    a.pattern === b.pattern &&
    own.size === other.size &&
    [...own].every((id) => other.has(id))
  );
}
