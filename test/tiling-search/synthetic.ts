import {
  GraphEditor,
  ops,
  rowMajor,
  tilesOf,
  clockModelOf,
  planStage,
  runClock,
  stageItems,
  type ExecutionModule,
  type KernelCall,
  type LayoutChoice,
  type MappedRegion,
  type ModulePattern,
  type Offer,
  type Schedule,
  type ScheduleRequest,
  type Target,
  type TiledOperand,
  type Tiling,
} from 'match-compiler';
import { pattern } from 'match-compiler';

/** A layer whose loop nest and costs are made up. */
export interface SyntheticLayer {
  readonly offer: Offer;
  readonly target: Target;
  readonly layouts: LayoutChoice;
}

export interface LayerNumbers {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly inputChannels: number;
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
  readonly channelGranule: number;
  readonly reductionGranule: number;
  /** Channels of a block of constants. */
  readonly block: number;
  readonly guardBytes: number;
  readonly withConstants: boolean;
  readonly secondInput: boolean;
  readonly queueDepth: number;
  readonly synchronous: boolean;
  readonly dispatch: number;
  readonly callDispatch: boolean;
  /** Of the random part of the costs. */
  readonly seed: number;
  readonly roughness: number;
  /** Has the pattern a bound for what the parts of a tile cost? */
  readonly bounded: boolean;
  /** Cycles per output and input channel. */
  readonly density: number;
  readonly scratch: number;
  readonly alignment: number;
  readonly inBandwidth: number;
  readonly outBandwidth: number;
  readonly startCycles: number;
  readonly rowCycles: number;
  readonly burst: number;
  readonly enqueue: number;
  readonly oneChannel: boolean;
  readonly slowModule: number;
  readonly slowTransfers: number;
}

/** A number from 0 to 1 that depends on nothing but the arguments. */
function noise(seed: number, ...values: readonly number[]): number {
  let hash = seed >>> 0;
  for (const value of values) {
    hash = Math.imul(hash ^ (value + 0x9e3779b9), 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash, 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return (hash >>> 0) / 2 ** 32;
}

export function syntheticLayer(n: LayerNumbers): SyntheticLayer {
  const inputRows = Math.max(1, (n.rows - 1) * n.stride + n.kernel - 2 * n.pad);
  const inputColumns = Math.max(1, (n.columns - 1) * n.stride + n.kernel - 2 * n.pad);
  const editor = new GraphEditor({ name: 'synthetic', info: {} as never });
  const input = editor.input('x', { dtype: 'int8', shape: [1, n.inputChannels, inputRows, inputColumns] });
  const value = editor.add1(ops.neg, [input], {});
  editor.setOutputs([value]);
  const graph = editor.finish();
  const [root] = graph.nodes;
  const [x] = graph.inputs;
  if (!root || !x) throw new TypeError('no graph');
  const image = (
    rows: number,
    columns: number,
    channels: number,
    name: string,
    window: boolean,
  ): TiledOperand => {
    const axis = (dimension: string, extent: number, bytes: number) => ({
      extent,
      bytes,
      dimension,
      ...(window && { step: n.stride, window: n.kernel, before: n.pad }),
    });
    return {
      axes: [
        axis('oy', rows, columns * channels),
        axis('ox', columns, channels),
        { extent: channels, bytes: 1, dimension: name },
      ],
      bytes: rows * columns * channels,
      ...(window && n.guardBytes > 0 && { guardBytes: n.guardBytes }),
    };
  };
  const blocks = Math.ceil(n.channels / n.block);
  const blockBytes = n.block * (n.kernel * n.kernel * n.inputChannels + 4);
  const whole = n.channels % n.block;
  const constants: TiledOperand = {
    axes: [{ extent: blocks, bytes: blockBytes, dimension: 'oc', per: n.block }],
    bytes: blocks * blockBytes - (whole === 0 ? 0 : ((n.block - whole) * blockBytes) / n.block),
  };
  const tiling: Tiling = {
    dimensions: [
      { name: 'oy', extent: n.rows, granule: 1, reduction: false },
      { name: 'ox', extent: n.columns, granule: 1, reduction: false },
      { name: 'oc', extent: n.channels, granule: n.channelGranule, reduction: false },
      { name: 'ic', extent: n.inputChannels, granule: n.reductionGranule, reduction: true },
    ],
    inputs: [
      image(inputRows, inputColumns, n.inputChannels, 'ic', true),
      ...(n.secondInput ? [image(n.rows, n.columns, n.channels, 'oc', false)] : []),
    ],
    constants: n.withConstants ? [constants] : [],
    outputs: [image(n.rows, n.columns, n.channels, 'oc', false)],
  };
  const extentsOf = (call: KernelCall): readonly number[] =>
    tiling.dimensions.map(({ name, extent }) => call.tile.ranges[name]?.extent ?? extent);
  const border = (call: KernelCall): number => {
    const range = call.tile.ranges['oy'] ?? { start: 0, extent: n.rows };
    const top = Math.max(0, n.pad - range.start * n.stride);
    const bottom = Math.max(0, (range.start + range.extent - 1) * n.stride - n.pad + n.kernel - inputRows);
    return 10 * top + bottom;
  };
  const own: ModulePattern = {
    name: 'synthetic',
    pattern: pattern.op(ops.neg),
    layouts: () => [layouts],
    tiling: () => tiling,
    cycles: (call) => {
      const extents = extentsOf(call);
      const volume = extents.reduce((product, extent) => product * extent, 1);
      const first = (call.tile.ranges['ic']?.start ?? 0) === 0 ? 0 : 1;
      const factor = 1 + n.roughness * noise(n.seed, ...extents, border(call), first);
      return Math.ceil(5 + volume * n.density * factor);
    },
    ...(n.bounded && {
      leastCycles: (call: KernelCall) =>
        extentsOf(call).reduce((product, extent) => product * extent, 1) * n.density,
    }),
    ...(n.callDispatch && {
      dispatchCycles: (call: KernelCall) =>
        n.dispatch + Math.floor(20 * noise(n.seed + 1, ...extentsOf(call))),
    }),
    ...(n.synchronous && { synchronous: true }),
    ...(n.scratch > 0 && {
      scratch: (call: KernelCall) => [
        { memory: 'near', bytes: Math.ceil(n.scratch * (extentsOf(call)[1] ?? 1)), alignment: 4 },
      ],
    }),
    kernel: {
      kind: 'job',
      name: 'none',
      source: { path: '', text: '' },
      support: [],
      headers: [],
      fields: () => [],
    },
  };
  const layouts: LayoutChoice = { inputs: [rowMajor(4)], constants: [], outputs: [rowMajor(4)] };
  const module: ExecutionModule = {
    name: 'engine',
    description: '',
    operands: { activations: 'near', constants: 'near' },
    queueDepth: n.queueDepth,
    dispatchCycles: n.dispatch,
    patterns: [own],
  };
  const link = (to: string, bytesPerCycle: number, channel: string) => ({
    to,
    bytesPerCycle,
    startCycles: n.startCycles,
    rowCycles: n.rowCycles,
    ...(n.burst > 0 && { burstBytes: n.burst }),
    enqueueCycles: n.enqueue,
    channel,
  });
  const inward = 'in';
  const outward = n.oneChannel ? 'in' : 'out';
  const memory = (links: ReturnType<typeof link>[]) =>
    ({ bytes: 1 << 20, alignment: n.alignment, access: 'read-write', links }) as const;
  const target: Target = {
    name: 'synthetic',
    description: '',
    memories: {
      near: memory([link('far', n.outBandwidth, outward)]),
      far: memory([link('near', n.inBandwidth, inward)]),
    },
    homes: { activations: 'far', constants: 'far' },
    modules: [module],
    contention: {
      engine: { in: n.slowModule, out: n.slowModule },
      in: { engine: n.slowTransfers },
      out: { engine: n.slowTransfers, in: 1.1 },
    },
    packings: {},
    platforms: {},
  };
  const inputs = n.secondInput ? [x, value] : [x];
  const region = {
    root,
    nodes: [root],
    inputs,
    constants: n.withConstants ? [x] : [],
    outputs: [value],
    match: { root, nodes: [root], bindings: new Map() } as never,
  };
  // The second input is a value of its own, so that it does not conflict with the output.
  if (n.secondInput) {
    const other = new GraphEditor({ name: 'other', info: {} as never });
    inputs[1] = other.input('y', { dtype: 'int8', shape: [1, n.channels, n.rows, n.columns] });
  }
  return { offer: { region, module, pattern: own }, target, layouts };
}

/** What the clock says of a schedule: the definition that the search has to agree with. */
export function clockCycles(
  { offer, target }: SyntheticLayer,
  schedule: Pick<Schedule, 'tile' | 'order' | 'inputs' | 'constants' | 'outputs' | 'layouts'>,
  share: ScheduleRequest['share'],
): number {
  const full = { ...schedule, cycles: 0, scratch: [], overlaps: [], bytes: {} };
  const region: MappedRegion = { ...offer, id: 0, schedule: full, share };
  const tiling = offer.pattern.tiling?.(offer.region, schedule.layouts);
  if (!tiling) throw new TypeError('no loop nest');
  const jobs = tilesOf(full, tiling, share).map((tile) => ({ region, tile }));
  const { steps } = planStage({ regions: [region], jobs, prefetch: false, cycles: 0 });
  return runClock(
    stageItems(steps, target, () => 'far'),
    clockModelOf(target),
  ).cycles;
}
