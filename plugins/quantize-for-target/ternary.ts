import { isOp, ops, type HardwareRequantization, type Node } from 'match-compiler';
import type { Group } from './groups.ts';
import type { Layer, Unit } from './layers.ts';
import type { Site } from './sites.ts';

export type TernaryLimits = NonNullable<HardwareRequantization['ternary']>;

/** Which convolutions get ternary weights although the model has others: by the model's name of the node. */
export type TernaryChoice = boolean | ((name: string) => boolean);

/** Weights below this part of their mean magnitude become 0 (ternary weight networks, Li et al. 2016). */
const threshold = 0.7;
/** Magnitudes of one filter that differ by less are the same. */
const tolerance = 1e-9;

/** Could the engine for ternary weights compute the layer? */
export function fitsTernaryEngine(layer: Layer, limits: TernaryLimits): boolean {
  return (
    isOp(layer.node, ops.conv2d) &&
    layer.groups === 1 &&
    layer.taps * layer.perGroup <= limits.mostWeights &&
    layer.filters <= limits.mostOutputChannels
  );
}

/**
 * The units with ternary weights where the model has them already, and where the user asks for them. Scales go into
 * those of the results, so that weights are −1, 0 and 1.
 */
export function withTernary(
  units: ReadonlyMap<Node, Unit>,
  choice: TernaryChoice,
  limits: TernaryLimits,
): Map<Node, Unit> {
  const asked = ({ node }: Layer): boolean =>
    typeof choice === 'function' ? choice(node.loc[0]?.node ?? node.name) : choice;
  return new Map(
    [...units].map(([root, unit]): readonly [Node, Unit] => {
      if (unit.kind !== 'layer' || !fitsTernaryEngine(unit, limits)) return [root, unit];
      return [root, exactTernary(unit) ?? (asked(unit) ? nearestTernary(unit, false) : unit)];
    }),
  );
}

/** The same layer with weights of −1, 0 and 1; undefined where the weights of a filter differ in magnitude. */
function exactTernary(layer: Layer): Layer | undefined {
  const magnitudes: number[] = [];
  for (let k = 0; k < layer.filters; k++) {
    const own = filterOf(layer, k).map(Math.abs);
    const most = Math.max(...own);
    if (own.some((weight) => weight !== 0 && weight !== most)) return undefined;
    magnitudes.push(most);
  }
  return {
    ...rescaled(layer, Math.sign, (k) => magnitudes[k] ?? 0),
    ternary: { exact: true, unchanged: layer },
  };
}

/**
 * The nearest layer with weights of −1, 0 and 1.
 * @param oneScale the same magnitude for all filters, for readers that know one factor only
 */
export function nearestTernary(layer: Layer, oneScale: boolean): Layer {
  const unchanged = layer.ternary?.unchanged ?? layer;
  const real = (k: number): readonly number[] => {
    const factor = unchanged.scales[k]?.factor ?? 0;
    return filterOf(unchanged, k).map((weight) => weight * factor);
  };
  const all = Array.from({ length: layer.filters }, (_, k) => real(k));
  const limit = threshold * mean(all.flat().map(Math.abs));
  const kept = all.map((filter) => filter.map(Math.abs).filter((weight) => weight > limit));
  const common = mean(kept.flat());
  const weights = all.flatMap((filter) =>
    filter.map((weight) => (Math.abs(weight) > limit ? Math.sign(weight) : 0)),
  );
  return {
    ...unchanged,
    weights,
    bias: unchanged.bias.map(() => 0),
    scales: unchanged.scales.map(({ factor, offset, half }, k) => ({
      factor: oneScale ? common : mean(kept[k] ?? []),
      offset: offset + factor * (unchanged.bias[k] ?? 0),
      half,
    })),
    ternary: { exact: false, unchanged },
  };
}

/** A layer whose weights are divided by a magnitude per filter, which goes into the scale of the results. */
function rescaled(
  layer: Layer,
  weightOf: (weight: number) => number,
  magnitudeOf: (filter: number) => number,
): Layer {
  const count = layer.perGroup * layer.taps;
  return {
    ...layer,
    weights: layer.weights.map(
      (weight, i) => weightOf(weight) * Math.sign(layer.scales[Math.floor(i / count)]?.factor ?? 0),
    ),
    bias: layer.bias.map(() => 0),
    scales: layer.scales.map(({ factor, offset, half }, k) => ({
      factor: Math.abs(factor) * magnitudeOf(k),
      offset: offset + factor * (layer.bias[k] ?? 0),
      half,
    })),
  };
}

/**
 * What to do with ternary layers whose results cannot have the factors that their weights demand: one magnitude for
 * all filters, or the model's weights again. Undefined when all can.
 */
export function settledTernary(
  units: ReadonlyMap<Node, Unit>,
  groups: readonly Group[],
  siteOf: (layer: Layer) => Site | undefined,
): Map<Node, Unit> | undefined {
  const settled = new Map(units);
  const taken = new Set<Group>();
  for (const [root, unit] of units) {
    if (unit.kind !== 'layer' || !unit.ternary) continue;
    const site = siteOf(unit);
    const group = groups.find(({ members }) => members.some((member) => member.site === site));
    if (!site || !group) continue;
    const others = site.writers.length > 1 || site.given.length > 0;
    if (taken.has(group) || others) {
      settled.set(root, unit.ternary.unchanged);
      continue;
    }
    taken.add(group);
    const used = unit.scales.map(({ factor }) => factor).filter((factor) => factor !== 0);
    const [first = 1] = used;
    const even = used.every((factor) => Math.abs(factor / first - 1) < tolerance);
    if (even || group.channels === unit.filters) continue;
    settled.set(root, unit.ternary.exact ? unit.ternary.unchanged : nearestTernary(unit, true));
  }
  return [...settled].some(([root, unit]) => units.get(root) !== unit) ? settled : undefined;
}

function filterOf(layer: Layer, filter: number): readonly number[] {
  const count = layer.perGroup * layer.taps;
  return layer.weights.slice(filter * count, (filter + 1) * count);
}

function mean(list: readonly number[]): number {
  return list.length === 0 ? 0 : list.reduce((sum, value) => sum + value, 0) / list.length;
}
