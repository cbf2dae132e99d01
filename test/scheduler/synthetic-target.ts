import {
  axisRange,
  type ExecutionModule,
  type JobField,
  type KernelCall,
  type ModulePattern,
  type Region,
  type Target,
  type TiledOperand,
  type TileRange,
  type Tiling,
  type Value,
} from 'match-compiler';

/** Channels of a packed block. */
const block = 8;

/** Rows, columns and channels of a value of shape [1, C, H, W], stored channels-last. */
export function imageOf({ type }: Value): { readonly h: number; readonly w: number; readonly c: number } {
  const [, c = 1, h = 1, w = 1] = type.shape;
  return { h, w, c };
}

interface Window {
  readonly kernel: number;
  readonly step: number;
}

function windowOf(region: Region): Window {
  const { kernel = 1, step = 1 } = region.root.attributes as Partial<Window>;
  return { kernel, step };
}

function operand(
  value: Value,
  rows: { readonly step?: number; readonly window?: number; readonly before?: number },
  channels: string | undefined,
  guardBytes = 0,
): TiledOperand {
  const { h, w, c } = imageOf(value);
  return {
    axes: [
      { extent: h, bytes: w * c, dimension: 'oy', ...rows },
      { extent: w, bytes: c, dimension: 'ox', ...rows },
      { extent: c, bytes: 1, ...(channels && { dimension: channels }) },
    ],
    bytes: h * w * c,
    guardBytes,
  };
}

function images(region: Region): { readonly x: Value; readonly y: Value } {
  const [x] = region.inputs;
  const [y] = region.outputs;
  if (!x || !y) throw new TypeError(`${region.root.name} lacks an operand`);
  return { x, y };
}

/** Bytes of the packed constants of 8 output channels. */
export function blockBytes(region: Region): number {
  const { kernel } = windowOf(region);
  return block * (kernel * kernel * imageOf(images(region).x).c + 4);
}

function convolutionTiling(region: Region): Tiling {
  const { kernel, step } = windowOf(region);
  const { x, y } = images(region);
  const { h, w, c } = imageOf(y);
  const window = { step, window: kernel, before: kernel >> 1 };
  const bytes = blockBytes(region);
  const blocks = Math.ceil(c / block);
  return {
    dimensions: [
      { name: 'oy', extent: h, granule: 1, reduction: false },
      { name: 'ox', extent: w, granule: 1, reduction: false },
      { name: 'oc', extent: c, granule: block, reduction: false },
      { name: 'ic', extent: imageOf(x).c, granule: block, reduction: true },
    ],
    inputs: [operand(x, window, 'ic', 4)],
    constants: [
      {
        axes: [{ extent: blocks, bytes, dimension: 'oc', per: block }],
        bytes: blocks * bytes,
        guardBytes: 2,
      },
    ],
    outputs: [operand(y, {}, 'oc')],
  };
}

function elementWiseTiling(region: Region): Tiling {
  const { y } = images(region);
  const { h, w, c } = imageOf(y);
  return {
    dimensions: [
      { name: 'oy', extent: h, granule: 1, reduction: false },
      { name: 'ox', extent: w, granule: 1, reduction: false },
      { name: 'oc', extent: c, granule: 1, reduction: false },
    ],
    inputs: region.inputs.map((input) => operand(input, {}, 'oc')),
    constants: [],
    outputs: [operand(y, {}, 'oc')],
  };
}

function rangeOf(call: KernelCall, name: string, extent: number): TileRange {
  return call.tile.ranges[name] ?? { start: 0, extent };
}

/** Numbers that a real kernel would want: extents, and rows that the window reaches above and below. */
function fields(call: KernelCall): readonly JobField[] {
  const { region } = call;
  const { kernel, step } = windowOf(region);
  const { x, y } = images(region);
  const { h, w, c } = imageOf(y);
  const rows = rangeOf(call, 'oy', h);
  const first = rows.start * step - (kernel >> 1);
  const end = (rows.start + rows.extent - 1) * step - (kernel >> 1) + kernel;
  const channels = rangeOf(call, 'ic', imageOf(x).c);
  return [
    { name: 'rows', value: rows.extent },
    { name: 'columns', value: rangeOf(call, 'ox', w).extent },
    { name: 'channels', value: rangeOf(call, 'oc', c).extent },
    { name: 'pad_top', value: Math.max(0, -first) },
    { name: 'pad_bottom', value: Math.max(0, end - imageOf(x).h) },
    { name: 'first', value: channels.start === 0 ? 1 : 0 },
    { name: 'last', value: channels.start + channels.extent === imageOf(x).c ? 1 : 0 },
    ...region.inputs.map((_, index) => ({ name: `input${index}`, role: 'input' as const, index })),
    { name: 'output', role: 'output', index: 0 },
  ];
}

function cycles(call: KernelCall): number {
  const { region } = call;
  const { y } = images(region);
  const { h, w, c } = imageOf(y);
  const { kernel } = windowOf(region);
  return (
    rangeOf(call, 'oy', h).extent *
    rangeOf(call, 'ox', w).extent *
    Math.ceil((rangeOf(call, 'oc', c).extent * kernel * kernel) / 4)
  );
}

function pattern(name: string, tiling: (region: Region) => Tiling): ModulePattern {
  return {
    name,
    pattern: {
      text: name,
      step: () => {
        throw new TypeError('mapped by hand, never matched');
      },
    },
    layouts: () => [],
    tiling,
    cycles,
    kernel: {
      kind: 'job',
      name,
      source: { path: `${name}.c`, text: '' },
      support: [],
      headers: [],
      fields,
    },
  };
}

export const convolution: ModulePattern = {
  ...pattern('convolution', convolutionTiling),
  pack: ({ region, tile }) => {
    const { c } = imageOf(images(region).y);
    const { start, extent } = axisRange(
      { extent: Math.ceil(c / block), bytes: 1, dimension: 'oc', per: block },
      tile.ranges['oc'],
    );
    const bytes = blockBytes(region);
    // Every byte tells region, block and position apart as well as a byte can.
    return Uint8Array.from(
      { length: extent * bytes },
      (_, i) => (region.root.id * 131 + start * bytes + i) * 37,
    );
  },
  scratch: () => [{ memory: 'l1', bytes: 64, alignment: 4 }],
};

export const elementWise = pattern('element_wise', elementWiseTiling);

/** Works on whole tensors alone: has no loop nest. */
export const untiled: ModulePattern = (() => {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- taken off, never called
  const { tiling: _, ...rest } = pattern('untiled', elementWiseTiling);
  return rest;
})();

/** On the controller, where tensors live; needs whole tensors. */
export const onController: ModulePattern = {
  ...pattern('controller', elementWiseTiling),
  synchronous: true,
};

const near = { activations: 'l1', constants: 'l1' };

export const npu: ExecutionModule = {
  name: 'npu',
  description: 'an accelerator with two places in its queue',
  operands: near,
  queueDepth: 2,
  dispatchCycles: 40,
  patterns: [convolution, elementWise],
};

export const team: ExecutionModule = {
  name: 'team',
  description: 'a team of cores',
  operands: near,
  queueDepth: 1,
  workers: 8,
  dispatchCycles: 10,
  patterns: [convolution, elementWise],
};

export const core: ExecutionModule = {
  name: 'core',
  description: 'the controller',
  operands: { activations: 'l2', constants: 'l2' },
  queueDepth: 0,
  dispatchCycles: 0,
  patterns: [onController],
};

export interface MemorySizes {
  readonly l1?: number;
  readonly l2?: number;
  readonly l3?: number;
}

/** Two engines that work in l1, tensors in l2, and l3 for what does not fit. */
export function syntheticTarget({ l1 = 1 << 20, l2 = 1 << 20, l3 = 1 << 24 }: MemorySizes = {}): Target {
  const link = (to: string, channel: string, bytesPerCycle: number, startCycles: number) => ({
    to,
    channel,
    bytesPerCycle,
    startCycles,
    rowCycles: 1,
    enqueueCycles: 12,
  });
  return {
    name: 'synthetic',
    description: '',
    memories: {
      l1: { bytes: l1, alignment: 4, access: 'read-write', links: [link('l2', 'dma-out', 8, 38)] },
      l2: {
        bytes: l2,
        alignment: 4,
        access: 'read-write',
        links: [link('l1', 'dma-in', 8, 38), link('l3', 'dma-l3', 1, 200)],
      },
      l3: { bytes: l3, alignment: 4, access: 'read-write', links: [link('l2', 'dma-l3', 1, 200)] },
    },
    homes: { activations: 'l2', constants: 'l2', overflow: 'l3' },
    modules: [core, team, npu],
    packings: {},
    platforms: {},
  };
}
