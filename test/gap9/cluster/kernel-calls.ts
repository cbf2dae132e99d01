import {
  bytesOf,
  elementBytes,
  elementCount,
  evaluateGraph,
  layoutStrides,
  operandBox,
  pattern as patterns,
  wholeTile,
  type Graph,
  type KernelCall,
  type Layout,
  type LayoutChoice,
  type ModulePattern,
  type Node,
  type OperandBox,
  type Region,
  type Tensor,
  type Tile,
  type TiledOperand,
  type Tiling,
  type Value,
} from 'match-compiler';
import type { Random } from './random.ts';

/** Memory that a call gets: content to read, an output with what it must hold afterwards, or scratch. */
export type CallOperand =
  | { readonly kind: 'read'; readonly bytes: Uint8Array; readonly offset: number }
  | {
      readonly kind: 'write';
      readonly before: Uint8Array;
      readonly after: Uint8Array;
      readonly offset: number;
    }
  | { readonly kind: 'scratch'; readonly size: number; readonly kept: boolean };

/** One call of a job kernel with everything it touches. */
export interface PreparedCall {
  readonly label: string;
  readonly call: KernelCall;
  readonly pattern: ModulePattern;
  readonly inputs: readonly CallOperand[];
  readonly constants: readonly CallOperand[];
  readonly outputs: readonly CallOperand[];
  readonly scratch: readonly CallOperand[];
}

/** The region that a pattern finds at a node, with the reason where it refuses. */
export function regionAt(graph: Graph, root: Node, pattern: ModulePattern): Region | string {
  const result = patterns.matchPattern(pattern.pattern, root, graph);
  if ('refusal' in result) return result.refusal.reason;
  const nodes = [...new Set(result.match.nodes)];
  const inside = new Set<Value>(nodes.flatMap((node) => node.outputs));
  const read = [...new Set(nodes.flatMap((node) => node.inputs).filter((value) => !inside.has(value)))];
  const region: Region = {
    root,
    nodes,
    inputs: read.filter((value) => !value.constant),
    constants: read.filter((value) => value.constant),
    outputs: [...root.outputs],
    match: result.match,
  };
  for (const constraint of pattern.constraints ?? []) {
    const answer = constraint(region, graph);
    if (answer !== true) return answer;
  }
  return region;
}

/** The bytes of a tensor as they lie in memory. */
export function bytesIn(tensor: Tensor, layout: Layout): Uint8Array {
  const { shape, dtype } = tensor.type;
  const size = elementBytes(dtype);
  const from = bytesOf(tensor.data);
  const to = new Uint8Array(from.length);
  const strides = layoutStrides(layout, shape);
  const count = elementCount(shape);
  for (let i = 0; i < count; i++) {
    let rest = i;
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const extent = shape[axis] ?? 1;
      at += (rest % extent) * (strides[axis] ?? 0);
      rest = Math.floor(rest / extent);
    }
    to.set(from.subarray(i * size, (i + 1) * size), at * size);
  }
  return to;
}

/** Calls `visit` with the offsets of every run of a box: in the whole operand, and in the box stored densely. */
function forEachRun(
  operand: TiledOperand,
  box: OperandBox,
  visit: (whole: number, dense: number, bytes: number) => void,
): void {
  const walk = (axis: number, whole: number, dense: number): void => {
    if (axis === operand.axes.length) {
      visit(whole, dense, operand.axes.at(-1)?.bytes ?? operand.bytes);
      return;
    }
    const { extent } = box.ranges[axis] ?? { extent: 1 };
    for (let i = 0; i < extent; i++) {
      walk(axis + 1, whole + i * (box.strides[axis] ?? 0), dense + i * (box.denseStrides[axis] ?? 0));
    }
  };
  walk(0, box.offset, 0);
}

/** A box cut out and stored densely. */
export function cutOut(content: Uint8Array, operand: TiledOperand, box: OperandBox): Uint8Array {
  const dense = new Uint8Array(box.bytes);
  forEachRun(operand, box, (from, to, bytes) => dense.set(content.subarray(from, from + bytes), to));
  return dense;
}

const canary = 0xa5;

export interface PrepareOptions {
  readonly layouts?: LayoutChoice;
  /** Tiles of one region at most; reductions are never cut short. */
  readonly most?: number;
  /** Split into shares first, as two engines would. */
  readonly shares?: boolean;
  /** Fixed tile sizes instead of random ones. */
  readonly tile?: Readonly<Record<string, number>>;
}

/**
 * The calls that a scheduler would make for a region: random tile sizes (or the whole), operands where they lie or
 * in dense tile buffers, packed constants whole, of a share, or of a tile.
 */
export function prepareCalls(
  graph: Graph,
  pattern: ModulePattern,
  inputs: readonly Tensor[],
  random: Random,
  options: PrepareOptions = {},
): readonly PreparedCall[] {
  const root = graph.nodes.at(-1);
  if (!root) throw new Error('an empty graph');
  const region = regionAt(graph, root, pattern);
  if (typeof region === 'string') throw new Error(`${pattern.name} refuses ${root.name}: ${region}`);
  const choices = pattern.layouts(region);
  const layouts = options.layouts ?? choices[random.integer(0, choices.length - 1)];
  if (!layouts) throw new Error('no layouts');
  const evaluation = evaluateGraph(graph, inputs);
  const contents = {
    inputs: region.inputs.map((value, i) => {
      const tensor = inputs[graph.inputs.indexOf(value)];
      if (!tensor) throw new Error(`%${value.name} is no input of the graph`);
      return bytesIn(tensor, layouts.inputs[i] ?? wrong());
    }),
    outputs: region.outputs.map((value, i) => {
      const tensor = evaluation.outputs[graph.outputs.indexOf(value)];
      return bytesIn(tensor ?? wrong(), layouts.outputs[i] ?? wrong());
    }),
  };
  const tiling = pattern.tiling?.(region, layouts);
  const share = tiling && options.shares ? randomShare(tiling, random) : wholeTile;
  const tiles = tiling ? tilesFor(tiling, share, random, options) : [wholeTile];
  const shareCall = { region, layouts, tile: share };
  const packed = pattern.pack?.(shareCall);
  return tiles.map((tile) => {
    const dense = random.integer(0, 1) === 1;
    const describe = (
      content: Uint8Array,
      operand: TiledOperand | undefined,
      origin?: OperandBox,
    ): { readonly bytes: Uint8Array; readonly offset: number; readonly strides: readonly number[] } => {
      if (!operand) return { bytes: content, offset: 0, strides: [] };
      const box = relative(operandBox(operand, tile), origin);
      if (!dense) return { bytes: content, offset: box.offset, strides: box.strides };
      return { bytes: cutOut(content, operand, box), offset: 0, strides: box.denseStrides };
    };
    const read = contents.inputs.map((content, i) => describe(content, tiling?.inputs[i]));
    const constants = packed
      ? [constantsOf(packed, tiling, share, describe)]
      : region.constants.map((value, i) =>
          describe(bytesIn(value.constant ?? wrong(), layouts.constants[i] ?? wrong()), tiling?.constants[i]),
        );
    const finished = isFinished(tiling, tile);
    const written = contents.outputs.map((content, i) => {
      const operand = tiling?.outputs[i];
      if (!operand) return { ...describe(content, operand), before: content.map(() => canary) };
      const box = operandBox(operand, tile);
      const own = describe(content, operand);
      const before = own.bytes.map(() => canary);
      const after = before.slice();
      if (finished) {
        forEachRun(operand, box, (whole, at, bytes) =>
          after.set(content.subarray(whole, whole + bytes), dense ? at : whole),
        );
      }
      return { ...own, before, bytes: after };
    });
    const call: KernelCall = {
      region,
      layouts,
      tile,
      ...(tiling && {
        strides: {
          inputs: read.map(({ strides }) => strides),
          constants: constants.map(({ strides }) => strides),
          outputs: written.map(({ strides }) => strides),
        },
      }),
    };
    return {
      label: `${pattern.name} ${JSON.stringify(tile.ranges)}${dense ? ' dense' : ''}`,
      call,
      pattern,
      inputs: read.map(({ bytes, offset }) => ({ kind: 'read', bytes, offset })),
      constants: constants.map(({ bytes, offset }) => ({ kind: 'read', bytes, offset })),
      outputs: written.map(({ before, bytes, offset }) => ({
        kind: 'write',
        before,
        after: bytes,
        offset,
      })),
      scratch: (pattern.scratch?.(call) ?? []).map(({ bytes }) => ({
        kind: 'scratch',
        size: bytes,
        kept: startsLater(tiling, tile),
      })),
    };
  });
}

function constantsOf(
  packed: Uint8Array,
  tiling: Tiling | undefined,
  share: Tile,
  describe: (
    content: Uint8Array,
    operand: TiledOperand | undefined,
    origin?: OperandBox,
  ) => { readonly bytes: Uint8Array; readonly offset: number; readonly strides: readonly number[] },
): ReturnType<typeof describe> {
  const operand = tiling?.constants[0];
  if (!operand) return describe(packed, undefined);
  const box = operandBox(operand, share);
  if (packed.length !== box.bytes)
    throw new Error(`packed ${packed.length} bytes, the tiling says ${box.bytes}`);
  return describe(packed, operand, box);
}

/** A box of the whole operand as a box of a share of it that is stored densely. */
function relative(box: OperandBox, origin: OperandBox | undefined): OperandBox {
  if (!origin) return box;
  const offset = box.ranges.reduce(
    (sum, { start }, i) => sum + (start - (origin.ranges[i]?.start ?? 0)) * (origin.denseStrides[i] ?? 0),
    0,
  );
  return { ...box, offset, strides: origin.denseStrides };
}

function wrong(): never {
  throw new Error('an operand without a counterpart');
}

/** Does the tile hold the last of the reduction? */
function isFinished(tiling: Tiling | undefined, { ranges }: Tile): boolean {
  return (tiling?.dimensions ?? []).every(({ name, extent, reduction }) => {
    const range = ranges[name];
    return !reduction || !range || range.start + range.extent === extent;
  });
}

function startsLater(tiling: Tiling | undefined, { ranges }: Tile): boolean {
  return (tiling?.dimensions ?? []).some(
    ({ name, reduction }) => reduction && (ranges[name]?.start ?? 0) > 0,
  );
}

/** Some part of the loop nest, cut at granules; the reduction stays whole. */
function randomShare(tiling: Tiling, random: Random): Tile {
  const candidates = tiling.dimensions.filter(
    ({ extent, granule, reduction }) => !reduction && extent > granule,
  );
  const dimension = candidates[random.integer(0, candidates.length - 1)];
  if (!dimension) return wholeTile;
  const cut = dimension.granule * random.integer(1, Math.ceil(dimension.extent / dimension.granule) - 1);
  const range =
    random.integer(0, 1) === 0 ? { start: 0, extent: cut } : { start: cut, extent: dimension.extent - cut };
  return { ranges: { [dimension.name]: range } };
}

/** Random tile sizes over a share; reductions innermost, and all of their tiles for every output tile taken. */
function tilesFor(
  { dimensions }: Tiling,
  share: Tile,
  random: Random,
  { most = 6, tile: fixed }: PrepareOptions,
): readonly Tile[] {
  if (!fixed && random.integer(0, 3) === 0) return [share];
  const ordered = [...dimensions].sort((a, b) => Number(a.reduction) - Number(b.reduction));
  let tiles: Tile[] = [{ ranges: {} }];
  for (const { name, extent, granule, reduction } of ordered) {
    const own = share.ranges[name] ?? { start: 0, extent };
    const size = fixed
      ? (fixed[name] ?? own.extent)
      : granule * random.integer(1, Math.ceil(own.extent / granule));
    if (!reduction && tiles.length > most) tiles = random.some(tiles, most);
    if (reduction) tiles = random.some(tiles, most);
    tiles = tiles.flatMap(({ ranges }) =>
      Array.from({ length: Math.ceil(own.extent / size) }, (_, i) => ({
        ranges: {
          ...ranges,
          [name]: { start: own.start + i * size, extent: Math.min(size, own.extent - i * size) },
        },
      })),
    );
  }
  return ordered.some(({ reduction }) => reduction) ? tiles : random.some(tiles, most);
}
