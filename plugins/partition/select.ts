import {
  GraphEditor,
  MatchError,
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
} from 'match-compiler';
import {
  cheapestConversion,
  createConversions,
  transformAttributes,
  type Conversions,
} from './conversions.ts';
import { cheapestCover } from './cover.ts';
import { offerAt } from './enumerate.ts';
import { minimize, type Interaction } from './minimize.ts';
import { unitOf, type Alternative, type Unit } from './units.ts';

/** Covers the graph and chooses layouts at least total cycles, conversions included. */
export function selectMapping(candidates: Candidates): Mapping {
  const { graph, target } = candidates;
  const cover = cheapestCover(candidates);
  const units = graph.nodes.flatMap((node) =>
    cover.has(node) ? [unitOf(node, cover.get(node), graph)] : [],
  );
  const conversions = createConversions(target, graph.info);
  const makers = new Map<Value, { readonly unit: number; readonly output: number }>();
  units.forEach((unit, u) => {
    unit.outputs.forEach((value, output) => makers.set(value, { unit: u, output }));
  });
  const variables = units.map((unit) => ({
    costs: unit.alternatives.map(
      (alternative) => alternative.cycles + edgeCost(unit, alternative, graph, conversions),
    ),
  }));
  const interactions: Interaction[] = units.flatMap((unit, u) =>
    unit.inputs.flatMap((value, input) => {
      const maker = makers.get(value);
      if (!maker) return [];
      const cost = (i: number, j: number): number => {
        const from = units[maker.unit]?.alternatives[i]?.outputs[maker.output];
        const to = unit.alternatives[j]?.inputs[input];
        return from && to ? conversions.cycles(value.type, from, to) : Infinity;
      };
      return [{ a: maker.unit, b: u, cost }];
    }),
  );
  const { choices, cost, optimal } = minimize(variables, interactions);
  if (!Number.isFinite(cost)) {
    throw new MatchError({
      code: 'LAYOUT_UNREACHABLE',
      message: `no choice of layouts connects the kernels of ${target.name}`,
      hint: 'the target needs a kernel for layout_transform between the layouts that its modules want',
    });
  }
  const chosen = units.map((unit, u): Choice => ({
    unit,
    alternative: alternativeAt(unit, choices[u] ?? 0),
  }));
  const lowerBound = variables.reduce((sum, { costs }) => sum + Math.min(...costs), 0);
  return buildMapping(candidates, chosen, makers, cost, optimal ? cost : lowerBound);
}

interface Choice {
  readonly unit: Unit;
  readonly alternative: Alternative;
}

function alternativeAt(unit: Unit, index: number): Alternative {
  const alternative = unit.alternatives[index];
  if (!alternative) throw new RangeError(`${unit.root.name} has no alternative ${index}`);
  return alternative;
}

/** Conversions at the edges of the graph, where the user's layout is fixed: row-major. */
function edgeCost(unit: Unit, alternative: Alternative, graph: Graph, conversions: Conversions): number {
  let cycles = 0;
  unit.inputs.forEach((value, i) => {
    const to = alternative.inputs[i];
    if (to && !graph.producer(value))
      cycles += conversions.cycles(value.type, rowMajor(value.type.shape.length), to);
  });
  unit.outputs.forEach((value, i) => {
    const from = alternative.outputs[i];
    if (from && graph.isOutput(value))
      cycles += conversions.cycles(value.type, from, rowMajor(value.type.shape.length));
  });
  return cycles;
}

function buildMapping(
  { graph, target }: Candidates,
  chosen: readonly Choice[],
  makers: ReadonlyMap<Value, { readonly unit: number; readonly output: number }>,
  predictedCycles: number,
  lowerBoundCycles: number,
): Mapping {
  const layoutOf = (value: Value): Layout => {
    const maker = makers.get(value);
    const made = maker && chosen[maker.unit]?.alternative.outputs[maker.output];
    return made ?? rowMajor(value.type.shape.length);
  };
  const editor = new GraphEditor(graph);
  const transforms = new Map<Node, { readonly from: Layout; readonly to: Layout }>();
  const converted = new Map<string, Value>();
  const convert = (value: Value, from: Layout, to: Layout): Value => {
    if (sameAddresses(from, to, value.type.shape) || from.kind === 'packed' || to.kind === 'packed')
      return value;
    const key = `${value.id} ${to.order.join()}`;
    const known = converted.get(key);
    if (known) return known;
    const loc = graph.producer(value)?.loc ?? [];
    const result = editor.add1(ops.layoutTransform, [value], transformAttributes(from, to), {
      name: `${value.name}.${to.order.join('')}`,
      loc,
    });
    converted.set(key, result);
    return result;
  };
  for (const { unit, alternative } of chosen) {
    const nodes = unit.candidate?.region.nodes ?? [unit.root];
    const swapped = new Map<Value, Value>();
    unit.inputs.forEach((value, i) => {
      const to = alternative.inputs[i];
      const result = to ? convert(value, layoutOf(value), to) : value;
      if (result !== value) swapped.set(value, result);
    });
    if (swapped.size === 0) continue;
    for (const node of nodes) {
      if (node.inputs.some((input) => swapped.has(input))) {
        editor.rewire(
          node,
          node.inputs.map((input) => swapped.get(input) ?? input),
        );
      }
    }
  }
  editor.setOutputs(
    graph.outputs.map((value) => convert(value, layoutOf(value), rowMajor(value.type.shape.length))),
  );
  const mapped = editor.finish();
  for (const node of mapped.nodes) {
    if (node.op.name !== ops.layoutTransform.name || graph.nodes.includes(node)) continue;
    const { from, to } = node.attributes as ReturnType<typeof transformAttributes>;
    transforms.set(node, { from: { kind: 'strided', order: from }, to: { kind: 'strided', order: to } });
  }
  return {
    ...assembleRegions(mapped, chosen, transforms),
    graph: mapped,
    target,
    predictedCycles,
    lowerBoundCycles,
  };

  function assembleRegions(
    result: Graph,
    choices: readonly Choice[],
    inserted: ReadonlyMap<Node, { readonly from: Layout; readonly to: Layout }>,
  ): Pick<Mapping, 'regions' | 'layouts' | 'views'> {
    const layouts = new Map<Value, Layout>(
      result.inputs.map((value) => [value, rowMajor(value.type.shape.length)]),
    );
    const views = new Map<Value, Value>();
    const regions: MappedRegion[] = [];
    const byOutput = new Map(choices.map((choice) => [choice.unit.root.outputs[0], choice]));
    for (const node of result.nodes) {
      const transform = inserted.get(node);
      const conversion = transform && cheapestConversion(result, target, transform.from, transform.to, node);
      if (conversion) {
        regions.push({ ...conversion.offer, id: regions.length, schedule: conversion.schedule });
        for (const output of node.outputs) layouts.set(output, transform.to);
        continue;
      }
      const choice = byOutput.get(node.outputs[0]);
      if (!choice) continue;
      const { candidate } = choice.unit;
      choice.unit.outputs.forEach((value, i) => {
        layouts.set(value, choice.alternative.outputs[i] ?? rowMajor(value.type.shape.length));
      });
      if (!candidate || !choice.alternative.schedule) {
        const [input] = node.inputs;
        const [output] = node.outputs;
        if (input && output) views.set(output, input);
        continue;
      }
      regions.push(rematch(candidate, choice.alternative, node, result, regions.length));
    }
    return { regions, layouts, views };
  }
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
  if (candidate.region.root === root) return { region: candidate.region, module, pattern, schedule, id };
  const result = offerAt(root, graph, module, pattern);
  if (!('offer' in result)) throw new TypeError(`${pattern.name} no longer matches ${root.name}`);
  return { ...result.offer, schedule, id };
}
