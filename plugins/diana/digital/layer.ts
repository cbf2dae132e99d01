import type { KernelCall, Region, TileRange, Tiling } from 'match-compiler';
import { shiftedConvolutionOf, planarTiling, type ShiftedConvolution } from '../convolution.ts';
import { planarBytes } from '../activations/index.ts';
import { arraySide, convolutionCycles, denseCycles, depthwiseLanes } from './costs.ts';
import { blockBytes } from './packing.ts';

/** How the array walks through a layer. */
export type ArrayMode = 'conv2d' | 'depthwise' | 'dense' | 'conv1x1_flat';

/** A region as the array runs it. */
export interface ArrayLayer {
  readonly mode: ArrayMode;
  readonly convolution: ShiftedConvolution;
  readonly tiling: Tiling;
}

/** What the array needs to know of a region that its conditions hold for. */
export function arrayLayer(region: Region, mode: ArrayMode): ArrayLayer {
  const convolution = viewedAs(mode, shiftedConvolutionOf(region));
  return { mode, convolution, tiling: tilingOf(mode, convolution) };
}

/** A pointwise layer sees its image as one row: in planes it is the same bytes. */
function viewedAs(mode: ArrayMode, convolution: ShiftedConvolution): ShiftedConvolution {
  if (mode !== 'conv1x1_flat') return convolution;
  const { rows, columns } = convolution;
  const pixels = rows.input * columns.input;
  return {
    ...convolution,
    rows: { ...rows, input: 1, output: 1 },
    columns: { ...columns, input: pixels, output: pixels },
  };
}

function tilingOf(mode: ArrayMode, convolution: ShiftedConvolution): Tiling {
  const { x, out, outputChannels, columns } = convolution;
  const bytes = blockBytes(convolution);
  const blocks = Math.ceil(outputChannels / arraySide);
  const constants = {
    axes: [{ extent: blocks, bytes, dimension: 'oc', per: arraySide }],
    bytes: blocks * bytes,
  };
  const tiling = planarTiling(convolution, [constants], {
    channelGranule: arraySide,
    rows: mode === 'conv2d' || mode === 'depthwise',
  });
  if (mode === 'dense') {
    const inputBytes = planarBytes(x.type.shape);
    return {
      ...tiling,
      inputs: [{ axes: [{ extent: inputBytes, bytes: 1 }], bytes: inputBytes }],
      outputs: [
        {
          axes: [{ extent: blocks, bytes: arraySide, dimension: 'oc', per: arraySide }],
          bytes: planarBytes(out.type.shape),
        },
      ],
    };
  }
  if (mode !== 'conv1x1_flat' || columns.input % 4 !== 0) return tiling;
  const cut = { extent: columns.input, bytes: 1, dimension: 'ox' };
  const plane = columns.input;
  return {
    ...tiling,
    dimensions: [
      { name: 'ox', extent: plane, granule: arraySide, reduction: false },
      ...tiling.dimensions.filter(({ name }) => name === 'oc'),
    ],
    inputs: [
      {
        axes: [{ extent: convolution.inputChannels, bytes: plane }, cut],
        bytes: x.type.shape.reduce(product, 1),
      },
    ],
    outputs: [
      {
        axes: [{ extent: outputChannels, bytes: plane, dimension: 'oc' }, cut],
        bytes: out.type.shape.reduce(product, 1),
      },
    ],
  };
}

const product = (a: number, b: number): number => a * b;

/** One call's part of a layer. */
export interface ArrayTile {
  readonly oy: TileRange;
  readonly ox: TileRange;
  readonly oc: TileRange;
}

export function arrayTile(
  { convolution: { rows, columns, outputChannels } }: ArrayLayer,
  { tile }: Pick<KernelCall, 'tile'>,
): ArrayTile {
  const whole = (extent: number): TileRange => ({ start: 0, extent });
  return {
    oy: tile.ranges['oy'] ?? whole(rows.output),
    ox: tile.ranges['ox'] ?? whole(columns.output),
    oc: tile.ranges['oc'] ?? whole(outputChannels),
  };
}

/** Cycles of one call. Parts of a call take as long as the whole where it is cut in rows, 16 columns or 16 channels. */
export function arrayCycles(layer: ArrayLayer, call: Pick<KernelCall, 'tile'>): number {
  const { oy, ox, oc } = arrayTile(layer, call);
  const { kind, rows, columns, depthwise, channelsPerGroup } = layer.convolution;
  if (kind === 'dense') return denseCycles(channelsPerGroup, oc.extent);
  return convolutionCycles({
    channels: depthwise ? depthwiseLanes : channelsPerGroup,
    outputChannels: oc.extent,
    outputColumns: ox.extent,
    kernelColumns: columns.kernel,
    filterRows: Array.from({ length: oy.extent }, (_, i) => {
      const first = (oy.start + i) * rows.stride - rows.padBefore;
      return Math.min(first + rows.kernel, rows.input) - Math.max(first, 0);
    }),
  });
}
