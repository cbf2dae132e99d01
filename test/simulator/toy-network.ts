import {
  GraphEditor,
  ops,
  tilesOf,
  wholeTile,
  type Graph,
  type MappedRegion,
  type Mapping,
  type Node,
  type OperandPlan,
  type Schedule,
  type Stage,
  type StageJob,
  type Target,
  type Tensor,
  type Tile,
} from 'match-compiler';
import { offerAt } from 'match-compiler/plugins/partition';
import { randomNumbers } from '../emit/network-cases.ts';

export const toyRows = 23;
export const toyColumns = 40;

/** ((a xor b), inverted, and a constant) or a; on request also an input as it is, and the result once more. */
export function toyGraph(more = false): Graph {
  const editor = new GraphEditor({
    name: 'toy',
    info: { file: 'toy', format: 'test', dialect: 'test', recognised: [] },
  });
  const type = { dtype: 'uint8' as const, shape: [toyRows, toyColumns] };
  const a = editor.input('a', type);
  const b = editor.input('b', type);
  const mask = editor.constant('mask', randomTensor(7));
  const mixed = editor.add1(ops.bitwiseXor, [a, b], {}, { name: 'mix' });
  const turned = editor.add1(ops.bitwiseNot, [mixed], {}, { name: 'turn' });
  const masked = editor.add1(ops.bitwiseAnd, [turned, mask], {}, { name: 'mask' });
  const joined = editor.add1(ops.bitwiseOr, [masked, a], {}, { name: 'join' });
  editor.setOutputs(more ? [joined, b, joined] : [joined]);
  return editor.finish();
}

export function toyInputs(seed: number): Tensor[] {
  return [randomTensor(seed), randomTensor(seed + 1)];
}

function randomTensor(seed: number): Tensor {
  const random = randomNumbers(seed);
  const data = Uint8Array.from({ length: toyRows * toyColumns }, () => Math.floor(random() * 256));
  return { type: { dtype: 'uint8', shape: [toyRows, toyColumns] }, data };
}

/** How one layer is to be run. */
export interface ToyPlan {
  readonly module: string;
  readonly tile?: Readonly<Record<string, number>>;
  readonly buffers?: 1 | 2;
}

export const defaultPlans: Readonly<Record<string, ToyPlan>> = {
  mix: { module: 'vector', tile: { oy: 5 }, buffers: 2 },
  turn: { module: 'inverter', tile: { oy: 6, ox: 32 }, buffers: 2 },
  mask: { module: 'vector', tile: { oy: 8 }, buffers: 1 },
  join: { module: 'core' },
};

/** One stage per layer, operands of modules with a scratchpad streamed through tile buffers. */
export function toyMapping(
  graph: Graph,
  target: Target,
  plans: Readonly<Record<string, ToyPlan>> = defaultPlans,
): Mapping {
  const regions = graph.nodes.map((node, id) => mapped(node, graph, target, plans[node.name], id));
  const stages = regions.map((region): Stage => ({
    regions: [region],
    jobs: jobsOf(region),
    prefetch: region.module.name !== 'core',
    cycles: 1000,
  }));
  return {
    graph,
    target,
    regions,
    stages,
    places: new Map(),
    layouts: new Map(
      regions.flatMap(({ region, schedule }) => [
        ...region.inputs.map((value, i) => [value, schedule.layouts.inputs[i]] as const),
        ...region.outputs.map((value, i) => [value, schedule.layouts.outputs[i]] as const),
      ]),
    ) as Mapping['layouts'],
    views: new Map(),
    predictedCycles: 4000,
    lowerBoundCycles: 0,
  };
}

function mapped(
  node: Node,
  graph: Graph,
  target: Target,
  plan: ToyPlan | undefined,
  id: number,
): MappedRegion {
  const module = target.modules.find(({ name }) => name === plan?.module);
  if (!module) throw new TypeError(`nothing is planned for ${node.name}`);
  for (const pattern of module.patterns) {
    const result = offerAt(node, graph, module, pattern);
    if (!('offer' in result)) continue;
    const { region } = result.offer;
    const [layouts] = pattern.layouts(region);
    if (!layouts) throw new TypeError(`${pattern.name} has no layouts`);
    const operand: OperandPlan =
      pattern.kernel.kind === 'job'
        ? { mode: 'streamed', buffers: plan?.buffers ?? 1 }
        : { mode: 'resident' };
    const tile = plan?.tile ?? {};
    const largest: Tile = {
      ranges: Object.fromEntries(Object.entries(tile).map(([name, extent]) => [name, { start: 0, extent }])),
    };
    const call = { region, layouts, tile: largest };
    const schedule: Schedule = {
      tile,
      order: Object.keys(tile),
      inputs: region.inputs.map(() => operand),
      constants: region.constants.map(() => operand),
      outputs: region.outputs.map(() => operand),
      layouts,
      cycles: 1000,
      scratch: pattern.scratch?.(call) ?? [],
      overlaps: pattern.overlaps?.(call) ?? [],
      bytes: {},
    };
    return { ...result.offer, id, schedule, share: wholeTile };
  }
  throw new TypeError(`${module.name} does not take ${node.name}`);
}

function jobsOf(region: MappedRegion): StageJob[] {
  const tiling = region.pattern.tiling?.(region.region, region.schedule.layouts);
  if (!tiling) return [{ region, tile: wholeTile }];
  return tilesOf(region.schedule, tiling, wholeTile).map((tile) => ({ region, tile }));
}
