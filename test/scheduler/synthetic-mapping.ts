import {
  channelsLast,
  Graph,
  operandBox,
  tilesOf,
  tilingOf,
  wholeTile,
  type ExecutionModule,
  type MappedRegion,
  type Mapping,
  type ModulePattern,
  type Node,
  type OperandPlan,
  type Region,
  type StageJob,
  type Tile,
  type Value,
} from 'match-compiler';
import {
  convolution,
  core,
  elementWise,
  imageOf,
  npu,
  onController,
  syntheticTarget,
  team,
  untiled,
  type MemorySizes,
} from './synthetic-target.js';

export type { MemorySizes };

const modules: Readonly<Record<string, ExecutionModule>> = { npu, team, core };

/** How one module runs a layer, or its share of it. */
export interface Part {
  readonly module: 'npu' | 'team' | 'core';
  readonly tile?: Readonly<Record<string, number>>;
  /** Dimensions that are cut, outermost first. */
  readonly order?: readonly string[];
  /** Tile buffers; 0 where the kernel works on the tensor itself. */
  readonly input?: 0 | 1 | 2;
  readonly constant?: 1 | 2;
  readonly output?: 0 | 1 | 2;
  readonly share?: Tile;
}

export interface Layer {
  readonly name: string;
  readonly kind: 'convolution' | 'element-wise' | 'controller' | 'untiled';
  readonly inputs: readonly string[];
  readonly kernel?: number;
  readonly step?: number;
  /** Output channels of a convolution. */
  readonly channels?: number;
  /** Memory of the output. */
  readonly place?: string;
  readonly parts: readonly Part[];
  /** Runs in the stage of the layer before, each call as soon as what it reads has been handed over. */
  readonly joins?: boolean;
  readonly prefetch?: boolean;
}

export interface Net {
  /** Rows, columns, channels. */
  readonly input: readonly [number, number, number];
  readonly inputPlace?: string;
  readonly layers: readonly Layer[];
  readonly memories?: MemorySizes;
}

/** A mapping by hand over made-up layers: what a search could have chosen. The last layer makes the output. */
export function syntheticMapping({ input, inputPlace, layers, memories }: Net): Mapping {
  const values = new Map<string, Value>();
  const places = new Map<Value, string>();
  const value = (name: string, [h, w, c]: readonly [number, number, number], place?: string): Value => {
    const made: Value = { id: values.size, name, type: { dtype: 'uint8', shape: [1, c, h, w] } };
    values.set(name, made);
    if (place !== undefined && place !== 'l2') places.set(made, place);
    return made;
  };
  const x = value('x', input, inputPlace);
  const regions: MappedRegion[] = [];
  const stages: { regions: MappedRegion[]; jobs: StageJob[]; prefetch: boolean; cycles: number }[] = [];
  const nodes: Node[] = [];
  for (const layer of layers) {
    const inputs = layer.inputs.map((name) => {
      const found = values.get(name);
      if (!found) throw new TypeError(`no value ${name}`);
      return found;
    });
    const { h, w, c } = imageOf(inputs[0] ?? x);
    const { kernel = 1, step = 1 } = layer;
    const conv = layer.kind === 'convolution';
    const y = value(
      layer.name,
      conv ? [Math.ceil(h / step), Math.ceil(w / step), layer.channels ?? c] : [h, w, c],
      layer.place,
    );
    const node: Node = {
      id: nodes.length + 1,
      op: { name: layer.kind, summary: '', infer: () => [], evaluate: () => [] },
      name: layer.name,
      inputs,
      outputs: [y],
      attributes: { kernel, step },
      loc: [],
    };
    nodes.push(node);
    const region = regionOf(node);
    const own = layer.parts.map((part): MappedRegion => {
      const mapped = mappedRegion(region, layer.kind, part, regions.length);
      regions.push(mapped);
      return mapped;
    });
    const lists = own.map((mapped) => {
      const tiling = tilingOf(mapped);
      const tiles = tiling ? tilesOf(mapped.schedule, tiling, mapped.share) : [wholeTile];
      return tiles.map((tile): StageJob => ({ region: mapped, tile: normal(mapped, tile) }));
    });
    const before = layer.joins ? stages.pop() : undefined;
    stages.push({
      regions: [...(before?.regions ?? []), ...own],
      jobs: before ? behind(before.jobs, inTurn(lists)) : inTurn(lists),
      prefetch: layer.prefetch ?? before?.prefetch ?? false,
      cycles: 0,
    });
  }
  const last = [...values.values()].at(-1) ?? x;
  return {
    graph: new Graph({
      name: 'synthetic',
      info: { file: 'synthetic', format: 'none', dialect: 'none', recognised: [] },
      inputs: [x],
      outputs: [last],
      nodes,
    }),
    target: syntheticTarget(memories),
    regions,
    stages: stages,
    places,
    layouts: new Map([...values.values()].map((each) => [each, channelsLast(4)])),
    views: new Map(),
    predictedCycles: 0,
    lowerBoundCycles: 0,
  };
}

/** One call of the whole region has no ranges. */
function normal(mapped: MappedRegion, tile: Tile): Tile {
  const dimensions = tilingOf(mapped)?.dimensions ?? [];
  const whole = dimensions.every(({ name, extent }) => (tile.ranges[name]?.extent ?? extent) === extent);
  return whole ? wholeTile : tile;
}

function inTurn(lists: readonly (readonly StageJob[])[]): StageJob[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list[i] ?? [])).flat();
}

/** Each of the later calls comes as soon as the calls that make its inputs are there. */
function behind(before: readonly StageJob[], own: readonly StageJob[]): StageJob[] {
  const jobs: StageJob[] = [];
  let taken = 0;
  for (const job of own) {
    const last = before.findLastIndex((other) => feeds(other, job));
    while (taken <= last) jobs.push(...before.slice(taken, ++taken));
    jobs.push(job);
  }
  return [...jobs, ...before.slice(taken)];
}

function feeds(from: StageJob, to: StageJob): boolean {
  return from.region.region.outputs.some((value, o) =>
    to.region.region.inputs.some((other, i) => {
      const [made, read] = [tilingOf(from.region)?.outputs[o], tilingOf(to.region)?.inputs[i]];
      if (value !== other) return false;
      if (!made || !read) return true;
      const [a, b] = [operandBox(made, from.tile), operandBox(read, to.tile)];
      return a.ranges.every(({ start, extent }, axis) => {
        const range = b.ranges[axis];
        return range !== undefined && start < range.start + range.extent && range.start < start + extent;
      });
    }),
  );
}

function regionOf(root: Node): Region {
  return {
    root,
    nodes: [root],
    inputs: [...new Set(root.inputs)],
    constants: [],
    outputs: root.outputs,
    match: { root, nodes: [root], captures: new Map(), values: new Map() },
  };
}

function mappedRegion(region: Region, kind: Layer['kind'], part: Part, id: number): MappedRegion {
  const plan = (buffers: 0 | 1 | 2 = 0): OperandPlan =>
    buffers === 0 ? { mode: 'resident' } : { mode: 'streamed', buffers };
  const patterns: Record<Layer['kind'], ModulePattern> = {
    convolution,
    'element-wise': elementWise,
    controller: onController,
    untiled,
  };
  const pattern = patterns[kind];
  const module = modules[part.module];
  if (!module) throw new TypeError(`no module ${part.module}`);
  const layouts = {
    inputs: region.inputs.map(() => channelsLast(4)),
    constants: [],
    outputs: region.outputs.map(() => channelsLast(4)),
  };
  return {
    id,
    region,
    module,
    pattern,
    share: part.share ?? wholeTile,
    schedule: {
      tile: part.tile ?? {},
      order: part.order ?? [],
      inputs: region.inputs.map(() => plan(part.input)),
      constants: kind === 'convolution' ? [plan(part.constant ?? 1)] : [],
      outputs: region.outputs.map(() => plan(part.output)),
      layouts,
      cycles: 0,
      scratch: pattern.scratch?.({ region, layouts, tile: wholeTile }) ?? [],
      overlaps: [],
      bytes: {},
    },
  };
}
