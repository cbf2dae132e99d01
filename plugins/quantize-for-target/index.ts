import {
  definePlugin,
  isOp,
  ops,
  type Graph,
  type HardwareRequantization,
  type Node,
  type Tensor,
  type Value,
} from 'match-compiler';
import { requantizeKept } from 'match-compiler/plugins/hardware-requantize';
import { groupsOf } from './groups.ts';
import { findUnits, type Unit } from './layers.ts';
import { planFactors } from './plan.ts';
import { rewriteGraph } from './rewrite.ts';
import { sinkSigns } from './sink-signs.ts';
import { layoutOf, type Layout, type Site } from './sites.ts';
import { settledTernary, withTernary, type TernaryChoice } from './ternary.ts';
import { Statistics } from './statistics.ts';

export { sinkSigns } from './sink-signs.ts';

/** Inputs of each sample, in the order of the graph. */
export type Samples = readonly (readonly Tensor[])[];

export interface QuantizeForTargetOptions {
  /**
   * Name of the plugin. With other options and without a name it runs before the built-in plugin of this kind, which
   * then finds nothing left to do.
   */
  readonly name?: string;
  /** Inputs as the network will see them: ranges per channel are learnt and mean errors made up for. */
  readonly samples?: Samples | ((inputs: readonly Value[]) => Samples);
  /**
   * Which convolutions get ternary weights, by the model's name of the node, where the target has an engine for them
   * and they fit it. Those that have them already keep them in any case.
   */
  readonly ternary?: TernaryChoice;
}

const builtIn = 'quantize-for-target';

/**
 * For targets whose engines shift sums and multiply nothing (`requantization.scaleBits` 0), with `numerics: 'hardware'`:
 * weights and activations get factors, per tensor or per channel, with which every scaling behind a layer or a sum is a shift, one
 * for the layer, and every zero point 0. Inputs and outputs of the graph keep type, scale and zero point.
 */
export const quantizeForTarget = definePlugin((options: QuantizeForTargetOptions = {}) => {
  const configured = options.name === undefined && Object.keys(options).length > 0;
  return {
    name: options.name ?? (configured ? `${builtIn}:configured` : builtIn),
    transform: {
      ...(configured && { before: builtIn }),
      handler(graph, { target, options: { numerics } }) {
        const limits = target.requantization;
        if (numerics !== 'hardware' || limits?.scaleBits !== 0) return undefined;
        const result = quantized(graph, limits, options);
        const kept = keptScalings(result ?? graph);
        if (kept.length > 0) this.info(requantizeKept(kept));
        return result;
      },
    },
  };
});

function quantized(
  graph: Graph,
  limits: HardwareRequantization,
  { samples = [], ternary = false }: QuantizeForTargetOptions,
): Graph | undefined {
  let units: ReadonlyMap<Node, Unit> = findUnits(graph);
  if (limits.ternary) units = withTernary(units, ternary, limits.ternary);
  for (;;) {
    const layout = layoutOf(graph, units);
    const { groups, impossible } = groupsOf(layout, isTaken);
    const refused = new Set<Unit>(impossible);
    for (const unit of layout.units.values()) if (!worthwhile(unit, layout)) refused.add(unit);
    units = new Map([...layout.units].filter(([, unit]) => !refused.has(unit)));
    if (units.size === 0) return undefined;
    if (refused.size > 0) continue;
    const settled = settledTernary(units, groups, (layer) => layout.siteOf.get(layer.output));
    if (settled) {
      units = settled;
      continue;
    }
    const given = typeof samples === 'function' ? samples(graph.inputs) : samples;
    const statistics = new Statistics(graph, given);
    const plan = planFactors({ layout, groups, statistics, limits });
    return sinkSigns(rewriteGraph(graph, layout, plan, statistics, limits));
  }
}

/** Values that only the controller reads keep the model's form; sums and ternary layers write their own. */
function isTaken({ readers, writers }: Site): boolean {
  return (
    readers.length > 0 ||
    writers.some((unit) => unit.kind === 'addition' || (unit.kind === 'layer' && unit.ternary !== undefined))
  );
}

/** Scalings of layers that are no shifts: the controller runs these layers. */
function keptScalings(graph: Graph): readonly Node[] {
  return graph.nodes.filter((node) => {
    const [sums] = node.inputs;
    if (!isOp(node, ops.requantize) || node.attributes.rule === 'shift' || !sums) return false;
    const source = graph.producer(sums);
    return [ops.conv2d, ops.dense, ops.matmul].some((op) => op.name === source?.op.name);
  });
}

/** Sums and means gain nothing by themselves. */
function worthwhile(unit: Unit, { siteOf }: Layout): boolean {
  if (unit.kind === 'layer') return true;
  const inputs = unit.kind === 'addition' ? unit.inputs : [unit.input];
  const isLayer = ({ kind }: Unit): boolean => kind === 'layer';
  if (inputs.some((value) => siteOf.get(value)?.writers.some(isLayer))) return true;
  const output = siteOf.get(unit.output);
  const summed = inputs.some((value) => siteOf.get(value)?.writers.some(({ kind }) => kind === 'addition'));
  return (unit.kind === 'addition' || summed) && (output?.readers.some(isLayer) ?? false);
}

export default quantizeForTarget;
