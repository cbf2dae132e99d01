import type { Graph, Node, Value } from 'match-compiler';
import { carrierOf, type Carrier } from './carriers.ts';
import { isByte, type Unit } from './layers.ts';

/** 8-bit values that have one factor because carriers tie them together. */
export interface Site {
  readonly values: readonly Value[];
  /** Blocks of axis 1 that may have factors of their own; 1 where all have the same. */
  readonly channels: number;
  /** What stands for zero in the model's own form; undefined where the readers leave it open. */
  readonly zeroPoint: number | undefined;
  readonly writers: readonly Unit[];
  readonly readers: readonly Unit[];
  /** Values that something else makes: inputs of the graph, operators that keep the model's form. */
  readonly given: readonly Value[];
  /** Values that something else reads. */
  readonly readElsewhere: readonly Value[];
}

export interface Layout {
  readonly units: ReadonlyMap<Node, Unit>;
  readonly carriers: ReadonlyMap<Node, Carrier>;
  readonly sites: readonly Site[];
  readonly siteOf: ReadonlyMap<Value, Site>;
}

/** Where the values that a unit reads have their zero; undefined where any zero will do. */
export function zeroPointFor(unit: Unit, value: Value): number | undefined {
  if (unit.kind === 'layer') return unit.unpadded ? undefined : unit.inputZeroPoint;
  if (unit.kind === 'mean') return unit.inputZeroPoint;
  return unit.inputs[0] === value ? unit.node.attributes.aZeroPoint : unit.node.attributes.bZeroPoint;
}

/** Where the results of a unit have their zero; undefined where its addend can hold any. */
function zeroPointOf(unit: Unit): number | undefined {
  if (unit.kind === 'layer') return undefined;
  return unit.kind === 'mean' ? unit.zeroPoint : unit.node.attributes.zeroPoint;
}

/** The 8-bit values in sites. A unit whose zero point contradicts the others' of its site is left out. */
export function layoutOf(graph: Graph, found: ReadonlyMap<Node, Unit>): Layout {
  const units = new Map(found);
  const carriers = new Map<Node, Carrier>();
  for (const node of graph.nodes) {
    const carrier = carrierOf(node);
    // A pool is a mean of its own where that is worthwhile.
    if (carrier && !units.has(node)) carriers.set(node, carrier);
  }
  for (;;) {
    const layout = buildSites(graph, units, carriers);
    const wrong = layout.sites.flatMap((site) => contradictions(site, carriers));
    if (wrong.length === 0) return layout;
    for (const node of wrong) {
      units.delete(node);
      carriers.delete(node);
    }
  }
}

/** Nodes whose zero is not the site's. */
function contradictions(site: Site, carriers: ReadonlyMap<Node, Carrier>): readonly Node[] {
  const differs = (zeroPoint: number | undefined): boolean =>
    zeroPoint !== undefined && zeroPoint !== site.zeroPoint;
  const readers = site.readers.filter((unit) =>
    site.values.some((value) => reads(unit, value) && differs(zeroPointFor(unit, value))),
  );
  const tied = [...carriers.values()].filter(
    ({ node, zeroPoint }) => differs(zeroPoint) && node.inputs.some((input) => site.values.includes(input)),
  );
  const writers = site.writers.filter((unit) => differs(zeroPointOf(unit)));
  return [...[...writers, ...readers].map((unit) => rootOf(unit)), ...tied.map(({ node }) => node)];
}

function buildSites(
  graph: Graph,
  units: ReadonlyMap<Node, Unit>,
  carriers: ReadonlyMap<Node, Carrier>,
): Layout {
  const parents = new Map<Value, Value>();
  const find = (value: Value): Value => {
    const parent = parents.get(value);
    return parent ? find(parent) : value;
  };
  const broken = new Set<Value>();
  for (const { node, keepsChannels } of carriers.values()) {
    const [output] = node.outputs;
    if (!output) continue;
    if (!keepsChannels) broken.add(output);
    for (const input of node.inputs) {
      const [a, b] = [find(input), find(output)];
      if (a !== b) parents.set(a, b);
    }
  }
  const members = new Map<Value, Value[]>();
  for (const value of graph.values()) {
    if (!isByte(value) || value.constant) continue;
    const head = find(value);
    members.set(head, [...(members.get(head) ?? []), value]);
  }
  const absorbed = new Map<Node, Unit>();
  for (const unit of units.values()) absorbed.set(unit.node, unit);
  const sites = [...members.values()].map((values) =>
    siteOf(
      values,
      values.some((value) => broken.has(value)),
    ),
  );
  const byValue = new Map(sites.flatMap((site) => site.values.map((value) => [value, site] as const)));
  return { units, carriers, sites, siteOf: byValue };

  function siteOf(values: readonly Value[], joined: boolean): Site {
    const extents = values.map(({ type }) => (type.shape.length > 1 ? (type.shape[1] ?? 1) : 1));
    const writers: Unit[] = [];
    const readers = new Set<Unit>();
    const [given, readElsewhere]: [Value[], Value[]] = [[], []];
    const zeros: number[] = [];
    for (const value of values) {
      const producer = graph.producer(value);
      const writer = producer && units.get(producer);
      const own = writer && zeroPointOf(writer);
      if (own !== undefined) zeros.push(own);
      if (writer) writers.push(writer);
      else if (!producer || !carriers.has(producer)) given.push(value);
      let elsewhere = graph.isOutput(value);
      for (const node of graph.consumers(value)) {
        const carrier = carriers.get(node);
        const unit = absorbed.get(node);
        if (unit) readers.add(unit);
        else if (!carrier) elsewhere = true;
        const zero = unit ? zeroPointFor(unit, value) : carrier?.zeroPoint;
        if (zero !== undefined) zeros.push(zero);
      }
      if (elsewhere) readElsewhere.push(value);
    }
    const least = Math.min(...extents);
    const even = joined || [...readers].some((unit) => unit.kind === 'layer' && unit.ternary);
    const channels = even ? 1 : extents.every((extent) => extent % least === 0) ? least : 1;
    return {
      values,
      channels,
      zeroPoint: zeros[0],
      writers,
      readers: [...readers],
      given,
      readElsewhere,
    };
  }
}

function reads(unit: Unit, value: Value): boolean {
  return unit.kind === 'addition' ? unit.inputs.includes(value) : unit.input === value;
}

/** The node that writes the result of a unit. */
export function rootOf(unit: Unit): Node {
  if (unit.kind === 'mean') return unit.root;
  return unit.kind === 'addition' ? unit.node : unit.requantize;
}

/** The index among the channels of a site of an index of a value's axis 1. */
export function channelIn(site: Site, value: Value, index: number): number {
  const extent = value.type.shape.length > 1 ? (value.type.shape[1] ?? 1) : 1;
  return Math.floor(index / (extent / site.channels));
}
