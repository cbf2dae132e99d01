import {
  GraphEditor,
  ops,
  rowMajor,
  sameAddresses,
  sameLayout,
  type Candidate,
  type Candidates,
  type Graph,
  type Layout,
  type MappedRegion,
  type Mapping,
  type Node,
  type Offer,
  type Schedule,
  type Target,
  type Value,
  wholeTile,
} from 'match-compiler';
import { conversionsAt, layoutKey, transformAttributes } from './conversions.ts';
import { offerAt } from './enumerate.ts';
import { regionOption, type RegionChoice } from './stages/options.ts';
import { searchStages } from './stages/search.ts';
import type { Alternative, Unit } from './units.ts';

/** A unit with the alternative that was chosen for it. */
export interface Choice {
  readonly unit: Unit;
  readonly alternative: Alternative;
}

/** The unit that makes a value, and as which of its outputs. */
export interface Maker {
  readonly unit: number;
  readonly output: number;
}

export interface Selection {
  readonly candidates: Candidates;
  /** In execution order. */
  readonly chosen: readonly Choice[];
  readonly makers: ReadonlyMap<Value, Maker>;
  readonly predictedCycles: number;
  readonly lowerBoundCycles: number;
  /** Part of each near memory that may be used: placement may need some air. */
  readonly usable: number;
}

/** A conversion that was inserted. */
interface Transform {
  readonly from: Layout;
  readonly to: Layout;
}

/** Writes a selection down as a mapping: conversions inserted, regions and views named on the new graph. */
export function buildMapping(selection: Selection): Mapping {
  const { candidates, predictedCycles, lowerBoundCycles, usable } = selection;
  const { target } = candidates;
  const { graph, transforms } = insertConversions(selection);
  const { choices, layouts, views } = regionChoices(graph, selection, transforms);
  const edges = { graph, target, layouts, views, lowerBoundCycles };
  if (choices.every(({ options }) => options.every(({ near }) => near === undefined))) {
    return { ...edges, ...oneByOne(choices), places: new Map(), predictedCycles };
  }
  const solution = searchStages({ target, regions: choices, views, outputs: graph.outputs, usable });
  return { ...edges, ...solution, predictedCycles: solution.cycles };
}

/** Stages of one region each, on the module that the layouts were chosen for. */
function oneByOne(choices: readonly RegionChoice[]): Pick<Mapping, 'regions' | 'stages'> {
  const regions = choices.map(({ options: [option] }, id): MappedRegion => ({
    ...option.offer,
    id,
    schedule: option.schedule,
    share: wholeTile,
  }));
  const stages = regions.map((region) => ({
    regions: [region],
    jobs: [{ region, tile: wholeTile }],
    prefetch: false,
    cycles: region.schedule.cycles,
  }));
  return { regions, stages };
}

function insertConversions({ candidates, chosen, makers }: Selection): {
  readonly graph: Graph;
  /** By id of the converted value. */
  readonly transforms: ReadonlyMap<number, Transform>;
} {
  const { graph } = candidates;
  const editor = new GraphEditor(graph);
  const transforms = new Map<number, Transform>();
  const converted = new Map<string, Value>();
  const layoutOf = (value: Value): Layout => {
    const maker = makers.get(value);
    return (
      (maker && chosen[maker.unit]?.alternative.outputs[maker.output]) ?? rowMajor(value.type.shape.length)
    );
  };
  const convert = (value: Value, to: Layout): Value => {
    const from = layoutOf(value);
    if (sameAddresses(from, to, value.type.shape)) return value;
    const key = `${value.id} ${layoutKey(to)}`;
    const known = converted.get(key);
    if (known) return known;
    const result = editor.add1(ops.layoutTransform, [value], transformAttributes(from, to), {
      name: `${value.name}.${transformAttributes(from, to).to}`,
      loc: graph.producer(value)?.loc ?? [],
    });
    converted.set(key, result);
    transforms.set(result.id, { from, to });
    return result;
  };
  for (const { unit, alternative } of chosen) {
    const swapped = new Map<Value, Value>();
    unit.inputs.forEach((value, i) => {
      const to = alternative.inputs[i];
      if (to) swapped.set(value, convert(value, to));
    });
    for (const node of unit.nodes) {
      const inputs = node.inputs.map((input) => swapped.get(input) ?? input);
      if (inputs.some((input, i) => input !== node.inputs[i])) editor.rewire(node, inputs);
    }
  }
  editor.setOutputs(
    graph.outputs.map((value) => convert(value, rowMajor(value.type.shape.length))),
    graph.outputs.map((value) => value.name),
  );
  return { graph: editor.finish(), transforms };
}

/** Ids carry over from graph to graph where nodes and values themselves do not. */
function regionChoices(
  graph: Graph,
  { candidates: { target }, chosen }: Selection,
  transforms: ReadonlyMap<number, Transform>,
): { readonly choices: readonly RegionChoice[] } & Pick<Mapping, 'layouts' | 'views'> {
  const valueById = new Map(graph.values().map((value) => [value.id, value]));
  const choiceById = new Map(chosen.map((choice) => [choice.unit.root.id, choice]));
  const layouts = new Map<Value, Layout>(
    graph.inputs.map((value) => [value, rowMajor(value.type.shape.length)]),
  );
  const views = new Map<Value, Value>();
  const choices: RegionChoice[] = [];
  for (const node of graph.nodes) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!input || !output) continue;
    const transform = transforms.get(output.id);
    if (transform) {
      choices.push(choiceOf(conversionsAt(graph, target, transform.from, transform.to, node), target));
      layouts.set(output, transform.to);
      continue;
    }
    const choice = choiceById.get(node.id);
    if (!choice) continue;
    choice.unit.outputs.forEach((old, i) => {
      const value = valueById.get(old.id);
      const layout = choice.alternative.outputs[i];
      if (value && layout) layouts.set(value, layout);
    });
    if (choice.alternative.run) choices.push(choiceOf(runsOf(choice, node, graph), target));
    else views.set(output, input);
  }
  return { choices, layouts, views };
}

/** A way to run a region, before it is known where its operands live. */
interface Run {
  readonly offer: Offer;
  readonly schedule: Schedule;
  readonly best?: Candidate['best'];
}

function choiceOf(runs: readonly Run[], target: Target): RegionChoice {
  const [first, ...others] = runs.map(({ offer, schedule, best }) =>
    regionOption(offer, schedule, target, best),
  );
  if (!first) throw new TypeError('a region without a module');
  const { inputs, outputs } = first.offer.region;
  return { inputs, outputs, options: [first, ...others] };
}

/** Every candidate that agrees with the layouts that were chosen, each once; the chosen one first. */
function runsOf({ unit, alternative }: Choice, node: Node, graph: Graph): Run[] {
  const agree = (a: readonly Layout[], b: readonly Layout[]): boolean =>
    a.every((layout, i) => {
      const other = b[i];
      return other !== undefined && sameLayout(layout, other);
    });
  const fitting = unit.alternatives.filter(
    ({ inputs, outputs }) => agree(inputs, alternative.inputs) && agree(outputs, alternative.outputs),
  );
  const ordered = [alternative, ...fitting.filter((other) => other !== alternative)];
  const seen = new Set<Candidate>();
  return ordered.flatMap(({ run }) => {
    if (!run || seen.has(run.candidate)) return [];
    seen.add(run.candidate);
    const { candidate, schedule } = run;
    return [{ offer: rematch(candidate, node, graph), schedule, best: candidate.best }];
  });
}

/** A candidate's pattern on the node of the graph with conversions. */
export function rematch({ module, pattern }: Candidate, root: Node, graph: Graph): Offer {
  const result = offerAt(root, graph, module, pattern);
  if (!('offer' in result)) throw new TypeError(`${pattern.name} no longer matches ${root.name}`);
  return result.offer;
}
