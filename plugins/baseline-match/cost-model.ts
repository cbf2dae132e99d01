import { digitalLatency } from './digital-cost.ts';
import type { MatchLayer } from './layer.ts';
import type { RuntimeCosts } from './runtime-costs.ts';

/** Extents of one tile, and how often each operand is moved, in MATCH's terms. */
export interface TileShape {
  readonly oy: number;
  readonly ox: number;
  readonly oc: number;
  /** Tiles in all. */
  readonly iterations: number;
  /** Transfers of each operand; outputs are written once per tile. */
  readonly inputLoads: number;
  readonly weightLoads: number;
}

/** Bytes per cycle in MATCH's transfer model. */
const bandwidth = 8;

/**
 * Latency that MATCH's cost model gives a tiled layer, in cycles. Formulas from the public repository eml-eda/match:
 * transfers, kernels of the cluster (PULP-NN), of NE16 (its published latency model) and of DIANA's digital array,
 * synchronous totals on accelerators, double-buffered ones on the cluster. Faults of the formulas are kept: they are part of what decides.
 */
export function matchLatency(layer: MatchLayer, tile: TileShape, runtime: RuntimeCosts): number {
  const { engine, kind } = layer;
  if (engine === 'digital') return digitalLatency(layer, tile, runtime);
  const inputs = kind === 'add' ? 2 : 1;
  const input = inputTransfer(layer, tile, runtime.transfer);
  const weights = kind === 'add' ? 0 : weightTransfer(layer, tile, runtime.transfer);
  const output = outputTransfer(layer, tile, runtime.transfer);
  const { iterations, inputLoads, weightLoads } = tile;
  if (engine === 'ne16') {
    const compute = ne16Cycles(layer, tile);
    return (
      iterations * (runtime.tile + output + compute) +
      input * inputLoads +
      weights * weightLoads +
      channelPadding(layer)
    );
  }
  const compute = clusterCycles(layer, tile);
  const operands = [
    ...Array.from({ length: inputs }, () => ({ cycles: input, times: inputLoads })),
    ...(kind === 'add' ? [] : [{ cycles: weights, times: weightLoads }]),
    { cycles: output, times: iterations },
  ];
  // Steps in which the same operands move count alike: the slowest transfer or the kernel.
  const steps = [...new Set(operands.map(({ times }) => times))].sort((a, b) => a - b);
  let total = Math.max(input, weights);
  let before = 1;
  for (const step of steps) {
    const moving = operands.filter(({ times }) => times >= step).map(({ cycles }) => cycles);
    total += (step - before) * (runtime.tile + Math.max(compute, ...moving));
    before = step;
  }
  return total + compute + output;
}

function inputTransfer(layer: MatchLayer, { oy, ox, oc }: TileShape, fixed: number): number {
  const { kind, engine, kernelRows, kernelColumns, strideRows, strideColumns } = layer;
  const rows = kind === 'add' ? oy : (oy - 1) * strideRows + kernelRows;
  const columns = kind === 'add' ? ox : (ox - 1) * strideColumns + kernelColumns;
  const perChannel = kind === 'depthwise' || kind === 'add';
  const channels = perChannel ? oc : layer.channels;
  // Rearranged to channels × rows × columns on the way, one byte per cycle.
  if (kind === 'depthwise' && engine === 'cluster') return fixed + channels * (12 + rows * columns);
  // Times, not plus, as in the original.
  if (perChannel && oc < layer.oc) {
    return fixed + ((columns * channels) / bandwidth + columns) * rows * rows * 10;
  }
  return fixed + (rows * columns * channels) / bandwidth + (ox < layer.ox ? rows : 0);
}

function weightTransfer(layer: MatchLayer, { oc }: TileShape, fixed: number): number {
  const { kind, channels, kernelRows, kernelColumns } = layer;
  const perOutput = kernelRows * kernelColumns * (kind === 'depthwise' ? 1 : channels);
  return fixed + (oc * perOutput) / bandwidth;
}

function outputTransfer(layer: MatchLayer, { oy, ox, oc }: TileShape, fixed: number): number {
  if (oc < layer.oc) {
    const body = ((ox * oc) / bandwidth + ox) * oy;
    return fixed + (layer.engine === 'ne16' ? body * oy * 10 : body + oy * 10);
  }
  return fixed + (oy * ox * oc) / bandwidth + (ox < layer.ox ? oy : 0);
}

/** PULP-NN on eight cores; two pixels, four channels at a time. */
function clusterCycles(layer: MatchLayer, { oy, ox, oc }: TileShape): number {
  const { kind, channels, kernelRows, kernelColumns, strideRows } = layer;
  if (kind === 'add') return (oy * ox * oc) / 16;
  if (kind === 'dense') return Math.ceil(channels / 2) * Math.ceil(oc / 4) * oy;
  if (kind === 'depthwise') {
    const taps = kernelRows * kernelColumns;
    const inputRows = (oy - 1) * strideRows + kernelRows;
    const perRow = 15 + 7 * Math.ceil(taps / 4) + 15 + (taps % 4) * 6 + 9;
    return Math.ceil(oc / 8) * ox * (inputRows * kernelRows + oy * perRow);
  }
  const depth = kernelRows * kernelColumns * channels;
  const quads = Math.ceil(depth / 4);
  const rest = depth % 4;
  const iterations = Math.ceil(oy / 8) * Math.ceil(ox / 2);
  const copy = kind === 'conv' ? 2 * depth : 0;
  const block = 15 + 14 * quads + 15 + rest * (6 * 3 + 8 * 14);
  const single = 15 + 5 * quads + 15 + rest * (3 * 3 + 2 * 14);
  const oddColumn = ox % 2 === 1 ? oc * (15 + 3 * quads + 15 + rest * (2 * 3 + 14)) : 0;
  // The remainder of the channels counts twice, rounded up and by itself, as in the original.
  return (
    iterations * (copy + Math.ceil(oc / 4) * block + (oc % 4) * single) +
    oddColumn * (kind === 'pointwise' ? iterations : 1)
  );
}

/** The engine's published latency, 8-bit weights, 32-bit scales, bias; stride costs nothing extra. */
function ne16Cycles(layer: MatchLayer, { oy, ox, oc }: TileShape): number {
  const { kind, channels } = layer;
  const depthwise = kind === 'depthwise';
  const wide = kind === 'conv' || depthwise;
  const size = depthwise ? 16 : 32;
  const load = wide ? 6 + 25 : 10 + 9;
  const steps = depthwise ? 1 : Math.ceil(channels / 16);
  let perSubtile = 0;
  for (let first = 0; first < oc; first += size) {
    const k = Math.min(size, oc - first);
    const offset = depthwise ? 6 + k : 6;
    const product = wide ? 6 + k * 8 : 6 + k;
    const scaling = 9 + k + 8 + Math.ceil(k / 8);
    perSubtile += steps * (load + offset + product + 2) + scaling + 4 + 9;
  }
  return Math.ceil(oy / 3) * Math.ceil(ox / 3) * perSubtile;
}

/** Software that pads channels to the engine's 16, and slices them off again behind a depthwise layer. */
function channelPadding(layer: MatchLayer): number {
  const { kind, channels, oy, ox, oc, kernelRows, kernelColumns, strideRows, strideColumns } = layer;
  const padded = kind === 'depthwise' ? oc : channels;
  if (padded % 16 === 0) return 0;
  const whole = 16 * Math.ceil(padded / 16);
  const rows = (oy - 1) * strideRows + kernelRows;
  const columns = (ox - 1) * strideColumns + kernelColumns;
  return rows * columns * whole * 1.5 + (kind === 'depthwise' ? oy * ox * whole * 1.5 : 0);
}
