import type { TileShape } from './cost-model.ts';
import type { MatchLayer } from './layer.ts';
import type { RuntimeCosts } from './runtime-costs.ts';

/** Bytes per cycle, and cycles per contiguous chunk, in MATCH's transfer model of DIANA. */
const bandwidth = 16;
const chunkCycles = 70;

/** Columns times output channels of the array, and cycles per step of it beside its products. */
const arraySize = 256;
const stepCycles = 23;

/**
 * Latency that MATCH's model of DIANA's digital array gives a tiled layer, in cycles, from the public repository
 * eml-eda/match: transfers one after the other with the kernel. Weights and outputs are moved once per tile there,
 * whatever the order of loops.
 */
export function digitalLatency(layer: MatchLayer, tile: TileShape, runtime: RuntimeCosts): number {
  const { kind } = layer;
  const { iterations } = tile;
  const moved = (bytes: number, chunks: number): number =>
    runtime.transfer + Math.ceil(bytes / bandwidth) + chunkCycles * chunks;
  const input = inputRegion(layer, tile);
  const inputs = kind === 'add' ? 2 : 1;
  const output = chunksOf(tile.oc, tile.oy, tile.ox < layer.ox, tile.oy < layer.oy);
  return (
    iterations * runtime.tile +
    inputs * tile.inputLoads * moved(input.bytes, input.chunks) +
    (kind === 'add' ? 0 : iterations * moved(weightBytes(layer, tile), 1)) +
    iterations * moved(tile.oc * tile.oy * tile.ox, output) +
    kernelCycles(layer)
  );
}

/** What a tile reads: as many channels as an output sums over, or its own. */
function inputRegion(
  layer: MatchLayer,
  tile: TileShape,
): { readonly bytes: number; readonly chunks: number } {
  const { kind, kernelRows, kernelColumns, strideRows, strideColumns } = layer;
  const perChannel = kind === 'depthwise' || kind === 'add';
  const channels = perChannel ? tile.oc : layer.channels;
  const rows = (tile.oy - 1) * strideRows + kernelRows;
  const columns = (tile.ox - 1) * strideColumns + kernelColumns;
  return {
    bytes: channels * rows * columns,
    chunks: chunksOf(channels, rows, tile.ox < layer.ox, tile.oy < layer.oy),
  };
}

/** Contiguous runs of a box in planes: rows where columns are cut, planes where rows are, else one. */
function chunksOf(channels: number, rows: number, cutColumns: boolean, cutRows: boolean): number {
  if (cutColumns) return channels * rows;
  return cutRows ? channels : 1;
}

function weightBytes({ kind, channels, kernelRows, kernelColumns }: MatchLayer, { oc }: TileShape): number {
  return oc * kernelRows * kernelColumns * (kind === 'depthwise' ? 1 : channels);
}

/**
 * The whole layer on the array: Σ over the rows p of the filter that lie in the padding, 0 … pad, of
 * ⌈outputs with so many / 256⌉ · (C·(FY−p)·FX + 2·C·(FY−p) + 23).
 */
function kernelCycles({ oc, oy, ox, channels, kernelRows, kernelColumns, pad }: MatchLayer): number {
  let cycles = 0;
  for (let p = 0; p <= pad; p++) {
    const outputs = p === 0 ? oc * Math.max(0, oy - 2 * pad) * ox : 2 * oc * ox;
    const rows = Math.max(0, kernelRows - p);
    cycles += Math.ceil(outputs / arraySize) * (channels * rows * (kernelColumns + 2) + stepCycles);
  }
  return cycles;
}
