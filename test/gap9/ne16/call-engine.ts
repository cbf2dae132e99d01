import {
  bytesOf,
  elementBytes,
  operandBox,
  type ExecutionModule,
  type Graph,
  type JobKernel,
  type KernelCall,
  type ModulePattern,
  type OperandBox,
  type Region,
  type Tensor,
  type Tile,
  type TiledOperand,
  type Tiling,
} from 'match-compiler';
import { ne16Patterns } from 'match-compiler/plugins/gap9';
import { offerAt } from 'match-compiler/plugins/partition';
import type { EngineResult, EngineRun } from './engine-program.ts';

/** How a layer is cut into calls, as a schedule may ask for. */
export interface Cut {
  /** The shares that several engines may have; each is packed by itself. */
  readonly shares: readonly Tile[];
  /** Largest extents of a tile. */
  readonly tile: Readonly<Record<string, number>>;
  /** Operands in tile buffers of their own; otherwise where the whole tensor lies. */
  readonly streamed: { readonly input: boolean; readonly constants: boolean; readonly output: boolean };
}

/** A call with what the kernel gets for it. */
export interface PreparedCall {
  readonly call: KernelCall;
  readonly run: EngineRun;
  readonly box: OperandBox;
  readonly operand: TiledOperand;
  readonly streamed: boolean;
}

export const patterns = ne16Patterns('measured');

const module: ExecutionModule = {
  name: 'ne16',
  description: 'the engine under test',
  operands: { activations: 'l1', constants: 'l1' },
  queueDepth: 2,
  dispatchCycles: 246,
  patterns,
};

/** The region that a pattern finds at the graph's last node, or why it does not. */
export function offerOf(graph: Graph, name: string, from = patterns): Region | string {
  const pattern = patternNamed(name, from);
  const root = graph.nodes.at(-1);
  if (!root) throw new TypeError('an empty graph');
  const result = offerAt(root, graph, module, pattern);
  if ('offer' in result) return result.offer.region;
  return result.refusal?.reason ?? 'has another operator';
}

export function patternNamed(name: string, from = patterns): ModulePattern {
  const pattern = from.find((each) => each.name === name);
  if (!pattern) throw new RangeError(`no pattern ${name}`);
  return pattern;
}

export function kernelOf(pattern: ModulePattern): JobKernel {
  if (pattern.kernel.kind !== 'job') throw new TypeError(`${pattern.name} is no job`);
  return pattern.kernel;
}

export function tilingOf(pattern: ModulePattern, region: Region): Tiling {
  const [layouts] = pattern.layouts(region);
  const tiling = layouts && pattern.tiling?.(region, layouts);
  if (!tiling) throw new TypeError(`${pattern.name} has no tiling`);
  return tiling;
}

/** All calls of a layer under a cut; `image` is its input as the engine's memory has it. */
export function prepareCalls(
  pattern: ModulePattern,
  region: Region,
  input: Tensor,
  cut: Cut,
  image = channelsLastBytes(input),
): PreparedCall[] {
  const [layouts] = pattern.layouts(region);
  if (!layouts || !pattern.pack) throw new TypeError(`${pattern.name} cannot be called`);
  const tiling = tilingOf(pattern, region);
  const [x, constants, out] = [tiling.inputs[0], tiling.constants[0], tiling.outputs[0]];
  if (!x || !constants || !out) throw new TypeError('an operand is missing');
  const { streamed } = cut;
  const prepared: PreparedCall[] = [];
  for (const share of cut.shares) {
    const packed = pattern.pack({ region, layouts, tile: share });
    const shareBox = operandBox(constants, share);
    if (packed.length !== shareBox.bytes)
      throw new Error(`${packed.length} bytes packed for ${shareBox.bytes}`);
    for (const tile of tilesOf(tiling, share, cut.tile)) {
      const [xBox, wBox, box] = [operandBox(x, tile), operandBox(constants, tile), operandBox(out, tile)];
      const call: KernelCall = {
        region,
        layouts,
        tile,
        strides: {
          inputs: [streamed.input ? xBox.denseStrides : xBox.strides],
          constants: [wBox.strides],
          outputs: [streamed.output ? box.denseStrides : box.strides],
        },
      };
      const from = wBox.offset - shareBox.offset;
      prepared.push({
        call,
        box,
        operand: out,
        streamed: streamed.output,
        run: {
          values: kernelOf(pattern)
            .fields(call)
            .flatMap((field) => ('value' in field ? [Number(field.value)] : [])),
          input: streamed.input ? denseBytes(image, xBox) : image,
          inputOffset: streamed.input ? 0 : xBox.offset,
          constants: streamed.constants ? packed.slice(from, from + wBox.bytes) : packed.slice(from),
          output: new Uint8Array(streamed.output ? box.bytes : out.bytes).fill(untouched),
          outputOffset: streamed.output ? 0 : box.offset,
        },
      });
    }
  }
  return prepared;
}

const untouched = 0xa5;

/** Puts the calls' outputs together; throws where a call wrote outside its box. */
export function assemble(calls: readonly PreparedCall[], results: readonly EngineResult[]): Uint8Array {
  const whole = new Uint8Array(calls[0]?.operand.bytes ?? 0);
  calls.forEach(({ box, streamed }, i) => {
    const bytes = results[i]?.output ?? new Uint8Array();
    let inside = 0;
    forEachByte(box, (wholeOffset, denseOffset) => {
      whole[wholeOffset] = bytes[streamed ? denseOffset : wholeOffset] ?? 0;
      if (!streamed && bytes[wholeOffset] === untouched) inside++;
    });
    if (!streamed) {
      const kept = bytes.reduce((count, byte) => count + (byte === untouched ? 1 : 0), 0);
      if (kept - inside !== bytes.length - box.bytes) throw new Error('a call wrote outside its box');
    }
  });
  return whole;
}

/** The tiles of a share, the last of each dimension ragged. */
function tilesOf(tiling: Tiling, share: Tile, sizes: Readonly<Record<string, number>>): readonly Tile[] {
  let tiles: Tile[] = [{ ranges: {} }];
  for (const { name, extent } of tiling.dimensions) {
    const whole = share.ranges[name] ?? { start: 0, extent };
    const size = sizes[name] ?? whole.extent;
    tiles = tiles.flatMap(({ ranges }) =>
      Array.from({ length: Math.ceil(whole.extent / size) }, (_, i) => ({
        ranges: {
          ...ranges,
          [name]: {
            start: whole.start + i * size,
            extent: Math.min(size, whole.extent - i * size),
          },
        },
      })),
    );
  }
  return tiles;
}

/** Calls back with where each byte of a box lies in the whole operand and in a dense copy of the box. */
function forEachByte(box: OperandBox, use: (whole: number, dense: number) => void): void {
  const inner = box.denseStrides.at(-1) ?? 1;
  const visit = (axis: number, whole: number, dense: number): void => {
    if (axis === box.ranges.length) {
      for (let i = 0; i < inner; i++) use(whole + i, dense + i);
      return;
    }
    for (let i = 0; i < (box.ranges[axis]?.extent ?? 0); i++) {
      visit(axis + 1, whole + i * (box.strides[axis] ?? 0), dense + i * (box.denseStrides[axis] ?? 0));
    }
  };
  visit(0, box.offset, 0);
}

function denseBytes(whole: Uint8Array, box: OperandBox): Uint8Array {
  const dense = new Uint8Array(box.bytes);
  forEachByte(box, (from, to) => {
    dense[to] = whole[from] ?? 0;
  });
  return dense;
}

/** The bytes of a tensor as the engine's memory has them: rows, columns, channels; rank 2 as it is. */
export function channelsLastBytes({ type, data }: Tensor): Uint8Array {
  const bytes = bytesOf(data);
  if (type.shape.length !== 4) return bytes.slice();
  const [, channels = 1, height = 1, width = 1] = type.shape;
  const size = elementBytes(type.dtype);
  const result = new Uint8Array(bytes.length);
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < height * width; p++) {
      for (let i = 0; i < size; i++) {
        result[(p * channels + c) * size + i] = bytes[(c * height * width + p) * size + i] ?? 0;
      }
    }
  }
  return result;
}
