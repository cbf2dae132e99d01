import type {
  JobField,
  JobKernel,
  KernelCall,
  ModulePattern,
  Region,
  TiledOperand,
  Tiling,
} from 'match-compiler';
import { planarLayouts, planarSupport } from '../activations/index.ts';
import { firstRefusal } from '../conditions.ts';
import {
  planarTile,
  planarTiling,
  shiftedConv2d,
  shiftedConvolutionOf,
  type ShiftedConvolution,
} from '../convolution.ts';
import { analogArray } from './array.ts';
import { biasRows, packCells, rowBytes, type CellMatrix } from './cells.ts';
import { analogConditions, inputsFit } from './conditions.ts';
import runText from './run.c';

/** A layer with the rows that it takes of the array. */
interface AnalogLayer {
  readonly convolution: ShiftedConvolution;
  readonly cells: CellMatrix;
  readonly constantRows: number;
  readonly tiling: Tiling;
}

/** Schedules ask for the same layers again and again. */
const known = new WeakMap<Region, AnalogLayer>();

function layerOf(region: Region): AnalogLayer {
  const before = known.get(region);
  if (before) return before;
  const convolution = shiftedConvolutionOf(region);
  const { weights, bias, outputChannels } = convolution;
  const biases = Array.from(bias);
  const depth = weights.length / outputChannels;
  const constantRows = biasRows(biases);
  const bytes = rowBytes(outputChannels);
  const rows = depth + constantRows;
  const constants: TiledOperand = { axes: [{ extent: rows, bytes }], bytes: rows * bytes };
  const layer: AnalogLayer = {
    convolution,
    cells: { weights, depth, filters: outputChannels, biases },
    constantRows,
    // All columns work at once: cutting channels saves nothing.
    tiling: planarTiling(convolution, [constants], { channelGranule: outputChannels }),
  };
  known.set(region, layer);
  return layer;
}

function biasFits(region: Region): true | string {
  const { cells, constantRows } = layerOf(region);
  const free = analogArray.rows - cells.depth;
  return (
    constantRows <= free ||
    `needs ${constantRows} rows of the array for its biases beside ${cells.depth} for its weights, and there are ${analogArray.rows}`
  );
}

/** All rows and columns of the array in one step per output pixel. */
function callCycles({ region, tile }: KernelCall): number {
  const { rows, columns } = layerOf(region).convolution;
  return analogArray.pixelCycles * (tile.ranges['oy']?.extent ?? rows.output) * columns.output;
}

const kernel: JobKernel = {
  kind: 'job',
  name: 'diana_analog',
  source: { path: 'plugins/diana/analog/run.c', text: runText },
  support: [planarSupport],
  headers: [],
  fields: jobFields,
};

/** In the order of `struct diana_analog_arguments`. */
function jobFields(call: KernelCall): readonly JobField[] {
  const { convolution, constantRows, tiling } = layerOf(call.region);
  const { x, rows, columns, inputChannels, outputChannels, shift, min } = convolution;
  const tile = planarTile(call, convolution, tiling);
  const value = (name: string, number: number): JobField => ({ name, value: number });
  return [
    { name: 'input', role: 'input', index: call.region.inputs.indexOf(x) },
    { name: 'weights', role: 'constant', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    value('input_channels', inputChannels),
    value('input_rows', tile.inputRows),
    value('input_columns', columns.input),
    value('input_plane', tile.inputPlane),
    value('rows', tile.oy.extent),
    value('columns', columns.output),
    value('channels', outputChannels),
    value('output_plane', tile.outputPlane),
    value('kernel_rows', rows.kernel),
    value('kernel_columns', columns.kernel),
    value('stride', rows.stride),
    value('pad_top', tile.top),
    value('pad_left', columns.padBefore),
    value('constant_rows', constantRows),
    value('row_bytes', rowBytes(outputChannels)),
    value('shift', shift),
    value('relu', min === 0 ? 1 : 0),
  ];
}

/** A convolution with ternary weights and the requantize behind it, on the analog array. */
export const analogConvolution: ModulePattern = {
  name: 'ternary_conv2d',
  pattern: shiftedConv2d,
  constraints: [(region) => firstRefusal(region, analogConditions), inputsFit, biasFits],
  layouts: planarLayouts,
  tiling: (region) => layerOf(region).tiling,
  pack: ({ region }) => packCells(layerOf(region).cells),
  cycles: callCycles,
  leastCycles: callCycles,
  kernel,
};
