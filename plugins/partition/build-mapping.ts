import {
  GraphEditor,
  ops,
  rowMajor,
  sameAddresses,
  type Candidate,
  type Candidates,
  type Graph,
  type Layout,
  type MappedRegion,
  type Mapping,
  type Node,
  type Value,
  wholeTile,
} from 'match-compiler';
import { cheapestConversion, transformAttributes } from './conversions.ts';
import { offerAt } from './enumerate.ts';
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
}

/** A conversion that was inserted. */
interface Transform {
  readonly from: Layout;
  readonly to: Layout;
}

/** Writes a selection down as a mapping: conversions inserted, regions and views named on the new graph. */
export function buildMapping(selection: Selection): Mapping {
  const { candidates, predictedCycles, lowerBoundCycles } = selection;
  const { graph, transforms } = insertConversions(selection);
  const mapping = { graph, target: candidates.target, predictedCycles, lowerBoundCycles };
  const mapped = mappedRegions(graph, selection, transforms);
  const stages = mapped.regions.map((region) => ({
    regions: [region],
    jobs: [{ region, tile: wholeTile }],
    prefetch: false,
    cycles: region.schedule.cycles,
  }));
  return { ...mapping, ...mapped, stages, places: new Map() };
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
    if (sameAddresses(from, to, value.type.shape) || from.kind === 'packed' || to.kind === 'packed')
      return value;
    const key = `${value.id} ${to.order.join()}`;
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
    for (const node of unit.candidate?.region.nodes ?? [unit.root]) {
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
function mappedRegions(
  graph: Graph,
  { candidates: { target }, chosen }: Selection,
  transforms: ReadonlyMap<number, Transform>,
): Pick<Mapping, 'regions' | 'layouts' | 'views'> {
  const valueById = new Map(graph.values().map((value) => [value.id, value]));
  const choiceById = new Map(chosen.map((choice) => [choice.unit.root.id, choice]));
  const layouts = new Map<Value, Layout>(
    graph.inputs.map((value) => [value, rowMajor(value.type.shape.length)]),
  );
  const views = new Map<Value, Value>();
  const regions: MappedRegion[] = [];
  for (const node of graph.nodes) {
    const [input] = node.inputs;
    const [output] = node.outputs;
    if (!input || !output) continue;
    const transform = transforms.get(output.id);
    const conversion = transform && cheapestConversion(graph, target, transform.from, transform.to, node);
    if (conversion) {
      regions.push({
        ...conversion.offer,
        id: regions.length,
        schedule: conversion.schedule,
        share: wholeTile,
      });
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
    const { candidate } = choice.unit;
    if (candidate && choice.alternative.schedule) {
      regions.push(rematch(candidate, choice.alternative, node, graph, regions.length));
    } else {
      views.set(output, input);
    }
  }
  return { regions, layouts, views };
}

/** The chosen candidate on the node of the graph with conversions: the same pattern, the same schedule. */
function rematch(
  candidate: Candidate,
  { schedule }: Alternative,
  root: Node,
  graph: Graph,
  id: number,
): MappedRegion {
  const { module, pattern } = candidate;
  if (!schedule) throw new TypeError(`${root.name} has no schedule`);
  const result = offerAt(root, graph, module, pattern);
  if (!('offer' in result)) throw new TypeError(`${pattern.name} no longer matches ${root.name}`);
  return { ...result.offer, schedule, id, share: wholeTile };
}
