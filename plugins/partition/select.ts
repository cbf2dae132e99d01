import { MatchError, rowMajor, type Candidates, type Graph, type Mapping, type Value } from 'match-compiler';
import { buildMapping, type Choice, type Maker } from './build-mapping.ts';
import { createConversions, type Conversions } from './conversions.ts';
import { cheapestCover } from './cover.ts';
import { busiestEngineBound } from './lower-bound.ts';
import { minimize, type Interaction } from './minimize.ts';
import { nearMemory } from './stages/options.ts';
import { unitOf, type Alternative, type Unit } from './units.ts';

/** What stays usable of a near memory when a selection could not be placed in it. */
const airPerAttempt = 0.95;

/**
 * Covers the graph and chooses layouts at least total cycles, conversions included; then, where modules have
 * memories of their own, what runs side by side, in which tiles, and what stays near.
 *
 * @param attempt how often a selection for these candidates could not be placed
 * @returns null when there is nothing else to offer
 */
export function selectMapping(candidates: Candidates, attempt: number): Mapping | null {
  const { graph, target } = candidates;
  const near = candidates.candidates.some((candidate) => nearMemory(candidate, target) !== undefined);
  if (attempt > 0 && !near) return null;
  const cover = cheapestCover(candidates);
  const units = graph.nodes.flatMap((node) =>
    cover.has(node) ? [unitOf(node, cover.get(node) ?? [], graph)] : [],
  );
  const conversions = createConversions(target, graph.info);
  const makers = new Map<Value, Maker>();
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
  const bound = optimal ? cost : lowerBound;
  return buildMapping({
    candidates,
    chosen,
    makers,
    predictedCycles: cost,
    lowerBoundCycles: near ? busiestEngineBound(candidates) : bound,
    usable: airPerAttempt ** attempt,
  });
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
