import type { JobField, JobKernel, KernelCall, Region, Tiling } from 'match-compiler';
import { convolutionTile, type ConvolutionTile } from '../convolution.ts';
import type { Ne16Costs, Ne16Mode } from './costs.ts';
import engineText from './engine.c';
import { reach, step, type Layer } from './layer.ts';
import runText from './run.c';

const modeNumbers: Readonly<Record<Ne16Mode, number>> = {
  conv3x3: 0,
  depthwise3x3: 1,
  conv1x1: 2,
  linear: 3,
};

/** The engine's windows are 3×3; what a smaller kernel lacks lies at the top and at the left. */
function enginePads({ convolution, mode }: Layer, { pads }: ConvolutionTile): ConvolutionTile['pads'] {
  if (!mode.endsWith('3x3')) return pads;
  return {
    ...pads,
    top: pads.top + 3 - reach(convolution.rows),
    left: pads.left + 3 - reach(convolution.columns),
  };
}

/** Runs a call's jobs on the engine, which simulators have a model of. */
export function ne16Kernel(
  costs: Ne16Costs,
  layerIn: (region: Region) => { readonly layer: Layer; readonly tiling: Tiling },
): JobKernel {
  return {
    kind: 'job',
    name: 'ne16_run',
    source: { path: 'plugins/gap9/ne16/run.c', text: runText },
    support: [{ path: 'plugins/gap9/ne16/engine.c', text: engineText }],
    headers: ['string.h'],
    fields: (call) => {
      const { layer, tiling } = layerIn(call.region);
      return jobFields(call, layer, convolutionTile(call, layer.convolution, tiling), costs);
    },
  };
}

/** In the order of `struct ne16_run_arguments`. */
function jobFields(
  { region }: KernelCall,
  layer: Layer,
  tile: ConvolutionTile,
  costs: Ne16Costs,
): readonly JobField[] {
  const { convolution, mode, normalization, blocks } = layer;
  const { x, rows, columns, inputZeroPoint } = convolution;
  const pads = enginePads(layer, tile);
  const linear = mode === 'linear';
  // Windows of 1×1 that are apart are pixels that are apart.
  const [rowStep, columnStep] = layer.corners ? [1, 1] : [step(rows), step(columns)];
  const shift = normalization?.shift ?? 0;
  const value = (name: string, number: number): JobField => ({ name, value: number });
  return [
    { name: 'input', role: 'input', index: region.inputs.indexOf(x) },
    { name: 'weights', role: 'constant', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    value('mode', modeNumbers[mode]),
    value('stride2x2', layer.corners ? 1 : 0),
    value('input_channels', mode === 'depthwise3x3' ? tile.oc.extent : convolution.channelsPerGroup),
    value('channels', tile.oc.extent),
    value('rows', tile.oy.extent),
    value('columns', tile.ox.extent),
    value('input_pixel', linear ? 16 : tile.inputStrides.column * columnStep),
    value('input_row', linear ? 0 : tile.inputStrides.row * rowStep),
    value('output_pixel', tile.outputStrides.column),
    value('output_row', tile.outputStrides.row),
    value('pad_top', pads.top),
    value('pad_right', pads.right),
    value('pad_bottom', pads.bottom),
    value('pad_left', pads.left),
    value('pad_value', inputZeroPoint),
    value('weight_offset', layer.weightOffset),
    value('weight_bits', layer.weightBits),
    value('block_channels', blocks.channels),
    value('block_bytes', blocks.bytes(blocks.channels)),
    value('has_bias', normalization?.bias ? 1 : 0),
    value('has_shifts', typeof shift === 'number' ? 0 : 1),
    value('shift', typeof shift === 'number' ? shift : 0),
    value('scale_bits', normalization?.scaleBits ?? 0),
    value('output_bits', layer.outputBits),
    value('relu', layer.outputBits === 8 && !layer.signed ? 1 : 0),
    value('counted', costs === 'measured' ? 1 : 0),
  ];
}
