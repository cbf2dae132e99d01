import type { JobField, JobKernel, KernelCall, ModulePattern, Pattern, Region } from 'match-compiler';
import { planarLayouts, planarSupport } from '../activations/index.ts';
import { firstRefusal } from '../conditions.ts';
import { planarTile, shiftedConv2d, shiftedDense } from '../convolution.ts';
import { arrayClip } from './clip.ts';
import { arrayConditions } from './conditions.ts';
import { arraySide } from './costs.ts';
import layerText from './diana_digital_layer.c';
import engineText from './engine.c';
import { arrayCycles, arrayLayer, arrayTile, type ArrayLayer, type ArrayMode } from './layer.ts';
import { packArray, packedChannels } from './packing.ts';

/** The C model of the array, in the order of emission. */
export const engineSupport = [planarSupport, { path: 'plugins/diana/digital/engine.c', text: engineText }];

const patterns: Readonly<Record<ArrayMode, Pattern>> = {
  conv2d: shiftedConv2d,
  depthwise: shiftedConv2d,
  dense: shiftedDense,
  conv1x1_flat: shiftedConv2d,
};

/** One of the array's ways with a convolution or a dense layer. */
export function arrayPattern(mode: ArrayMode): ModulePattern {
  /** Schedules ask for the same layer again and again. */
  const known = new WeakMap<Region, ArrayLayer>();
  const layerIn = (region: Region): ArrayLayer => {
    const before = known.get(region);
    if (before) return before;
    const layer = arrayLayer(region, mode);
    known.set(region, layer);
    return layer;
  };
  const cycles = ({ region, tile }: KernelCall): number => arrayCycles(layerIn(region), { tile });
  return {
    name: mode,
    pattern: patterns[mode],
    constraints: [(region) => firstRefusal(region, arrayConditions[mode])],
    layouts: planarLayouts,
    tiling: (region) => layerIn(region).tiling,
    pack: ({ region, tile }) => {
      const layer = layerIn(region);
      return packArray(layer.convolution, arrayTile(layer, { tile }).oc);
    },
    cycles,
    leastCycles: cycles,
    kernel: layerKernel(layerIn),
  };
}

function layerKernel(layerIn: (region: Region) => ArrayLayer): JobKernel {
  return {
    kind: 'job',
    name: 'diana_digital_layer',
    source: { path: 'plugins/diana/digital/diana_digital_layer.c', text: layerText },
    support: engineSupport,
    headers: [],
    fields: (call) => layerFields(call, layerIn(call.region)),
  };
}

/** In the order of `struct diana_digital_layer_arguments`. */
function layerFields(call: KernelCall, layer: ArrayLayer): readonly JobField[] {
  const { convolution, tiling } = layer;
  const { rows, columns, depthwise, kind } = convolution;
  const dense = kind === 'dense';
  const { oy, ox, oc } = arrayTile(layer, call);
  const { top, inputRows, inputPlane, outputPlane } = planarTile(call, convolution, tiling);
  const { signed, relu } = arrayClip(convolution);
  const value = (name: string, number: number | boolean): JobField => ({ name, value: Number(number) });
  return [
    { name: 'input', role: 'input', index: 0 },
    { name: 'weights', role: 'constant', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    value('depthwise', depthwise),
    value('channels', packedChannels(convolution)),
    // A vector is filled up to what the array writes.
    value('output_channels', dense ? arraySide * Math.ceil(oc.extent / arraySide) : oc.extent),
    value('input_rows', dense || layer.mode === 'conv1x1_flat' ? 1 : inputRows),
    value('input_columns', layer.mode === 'conv1x1_flat' ? ox.extent : columns.input),
    value('rows', oy.extent),
    value('columns', ox.extent),
    value('input_plane', dense ? 1 : inputPlane),
    value('output_plane', dense ? 1 : outputPlane),
    value('kernel_rows', rows.kernel),
    value('kernel_columns', columns.kernel),
    value('stride', rows.stride),
    value('pad_top', top),
    value('pad_left', columns.padBefore),
    value('shift', convolution.shift),
    value('input_signed', convolution.inputSigned),
    value('output_signed', signed),
    value('relu', relu),
    value('dense', dense),
  ];
}
