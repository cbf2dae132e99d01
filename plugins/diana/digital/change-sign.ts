import {
  ops,
  pattern,
  type JobField,
  type JobKernel,
  type KernelCall,
  type ModulePattern,
  type Region,
  type TiledOperand,
  type TileRange,
} from 'match-compiler';
import { planarBytes, planarLayouts, planarRefusal } from '../activations/index.ts';
import type { ConvolutionAxis } from '../convolution.ts';
import { arraySide, convolutionCycles, depthwiseLanes, rowCycles } from './costs.ts';
import layerText from './diana_digital_layer.c';
import { packArray } from './packing.ts';
import { engineSupport } from './pattern.ts';

/** Tiles are whole groups of four bytes in each of 16 channels, and whole steps of 16 columns. */
const granule = 4 * arraySide * arraySide;
/** Between the two types. */
const offset = 128;

/**
 * Change of sign between int8 and uint8 as a depthwise 1×1 layer: y = clip(1·x ± 128), which never clips. Order does
 * not matter, so the bytes are seen as up to 16 channels of one row.
 */
export const changeSignPattern: ModulePattern = {
  name: 'change_sign',
  pattern: pattern.op(ops.changeSign),
  constraints: [
    ({ root, inputs, outputs }) =>
      root.inputs[0]?.constant
        ? 'reads a constant'
        : ([...inputs, ...outputs].map(planarRefusal).find((answer) => answer !== true) ?? true),
  ],
  layouts: planarLayouts,
  tiling: (region) => {
    const bytes = elementsOf(region);
    const operand: TiledOperand = { axes: [{ extent: bytes, bytes: 1, dimension: 'e' }], bytes };
    const constants = packedLayer(region).length;
    return {
      dimensions: [{ name: 'e', extent: bytes, granule, reduction: false }],
      inputs: [operand],
      constants: [{ axes: [{ extent: 1, bytes: constants }], bytes: constants }],
      outputs: [operand],
    };
  },
  pack: ({ region }) => packedLayer(region),
  cycles: callCycles,
  leastCycles: (call) => rowCycles(depthwiseLanes, 1, 1) * Math.ceil(rangeOf(call).extent / arraySide ** 2),
  overlaps: () => [{ input: 0, output: 0, lead: 0 }],
  kernel: changeSignKernel(),
};

function elementsOf({ outputs }: Region): number {
  return planarBytes(outputs[0]?.type.shape ?? []);
}

function rangeOf({ region, tile }: KernelCall): TileRange {
  return tile.ranges['e'] ?? { start: 0, extent: elementsOf(region) };
}

/** As many channels as the bytes can be seen as, up to 16: planes are whole groups of four. */
function viewOf(call: KernelCall): { readonly channels: number; readonly columns: number } {
  const { extent } = rangeOf(call);
  let channels = arraySide;
  while (extent % (4 * channels) !== 0) channels--;
  return { channels, columns: extent / channels };
}

function callCycles(call: KernelCall): number {
  const { channels, columns } = viewOf(call);
  return convolutionCycles({
    channels: depthwiseLanes,
    outputChannels: channels,
    outputColumns: columns,
    kernelColumns: 1,
    filterRows: [1],
  });
}

/** A filter of weight 1 for each of 16 channels. */
function packedLayer({ outputs }: Region): Uint8Array {
  const axis: ConvolutionAxis = { input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, padBefore: 0 };
  const up = outputs[0]?.type.dtype === 'uint8';
  return packArray(
    {
      depthwise: true,
      kind: 'conv2d',
      channelsPerGroup: 1,
      rows: axis,
      columns: axis,
      weights: new Int8Array(arraySide).fill(1),
      bias: new Int32Array(arraySide).fill(up ? offset : -offset),
      outputChannels: arraySide,
    },
    { start: 0, extent: arraySide },
  );
}

function changeSignKernel(): JobKernel {
  return {
    kind: 'job',
    name: 'diana_digital_layer',
    source: { path: 'plugins/diana/digital/diana_digital_layer.c', text: layerText },
    support: engineSupport,
    headers: [],
    fields: signFields,
  };
}

function signFields(call: KernelCall): readonly JobField[] {
  const { channels, columns } = viewOf(call);
  const signed = (values: Region['inputs']): number => Number(values[0]?.type.dtype === 'int8');
  const numbers = {
    depthwise: 1,
    channels: depthwiseLanes,
    output_channels: channels,
    input_rows: 1,
    input_columns: columns,
    rows: 1,
    columns,
    input_plane: columns,
    output_plane: columns,
    kernel_rows: 1,
    kernel_columns: 1,
    stride: 1,
    pad_top: 0,
    pad_left: 0,
    shift: 0,
    input_signed: signed(call.region.inputs),
    output_signed: signed(call.region.outputs),
    relu: 0,
    dense: 0,
  };
  return [
    { name: 'input', role: 'input', index: 0 },
    { name: 'weights', role: 'constant', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    ...Object.entries(numbers).map(([name, value]) => ({ name, value })),
  ];
}
