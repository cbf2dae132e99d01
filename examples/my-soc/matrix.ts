import { readFileSync } from 'node:fs';
import { channelsLast, ops, pattern, rowMajor } from 'match-compiler';
import type { KernelCall, ModulePattern, Region, TileRange, Value } from 'match-compiler';
import { convolutionOf, convolutionTile, convolutionTiling } from 'match-compiler/plugins/gap9';
import { support } from 'match-compiler/plugins/host';

const text = readFileSync(new URL('kernels/matrix_conv.c', import.meta.url), 'utf8');

/** Channels in and out that the array multiplies per cycle; bytes of bias, multiplier and shift of a channel. */
const [block, entryBytes] = [8, 12];

/** A layer's window and weights, dense layers as convolutions of one column. */
function layerOf(region: Region) {
  const convolution = convolutionOf(region);
  const taps = convolution.rows.kernel * convolution.columns.kernel;
  const windowBytes = taps * convolution.inputChannels;
  return { ...convolution, taps, windowBytes, weightBytes: 4 * Math.ceil(windowBytes / 4) };
}

/** Rows, columns and output channels may be cut; constants are blocks of output channels. */
function tiling(region: Region) {
  const layer = layerOf(region);
  const { outputChannels: channels, weightBytes } = layer;
  const bytes = block * (weightBytes + entryBytes);
  const blocks = { extent: Math.ceil(channels / block), bytes, dimension: 'oc', per: block };
  const constants = { axes: [blocks], bytes: channels * (weightBytes + entryBytes) };
  return convolutionTiling(layer, [constants], { channelGranule: block });
}

const entryOf = (value: Value | undefined, channel: number): number =>
  Number(value?.constant?.data[value.type.shape[0] === 1 ? 0 : channel] ?? 0);

/** Blocks of channels: of each the weights (rows, columns, input channels), then bias, multiplier and shift. */
function pack({ region, tile }: KernelCall): Uint8Array {
  const { inputChannels, outputChannels, taps, w, bias, requantize, weightBytes } = layerOf(region);
  const { start, extent }: TileRange = tile.ranges['oc'] ?? { start: 0, extent: outputChannels };
  const view = new DataView(new ArrayBuffer(extent * (weightBytes + entryBytes)));
  for (let i = 0; i < extent; i++) {
    const [channel, first] = [start + i, i - (i % block)];
    const at = first * (weightBytes + entryBytes);
    for (let k = 0; k < taps * inputChannels; k++) {
      const [tap, c] = [k % taps, Math.floor(k / taps)];
      const weight = Number(w.constant?.data[channel * inputChannels * taps + k] ?? 0);
      view.setInt8(at + (i - first) * weightBytes + tap * inputChannels + c, weight);
    }
    const entry = at + Math.min(block, extent - first) * weightBytes + (i - first) * entryBytes;
    view.setInt32(entry, entryOf(bias, channel), true);
    view.setInt32(entry + 4, entryOf(requantize?.inputs[1], channel), true);
    view.setInt32(entry + 8, entryOf(requantize?.inputs[2], channel), true);
  }
  return new Uint8Array(view.buffer);
}

/** Why the array cannot run a layer. */
function refusal(region: Region): true | string {
  const { node, batch, groups, rows, columns, weightZeroPoint, x, w, out, requantize } = layerOf(region);
  if (requantize?.attributes.rule !== 'single') return 'scales by another rule';
  if ([x, w, out].some(({ type }) => type.dtype !== 'int8')) return 'is not of int8 alone';
  if (!w.constant || weightZeroPoint !== 0) return 'has weights that are computed, or have a zero point';
  if (batch !== 1 || groups !== 1) return `has a batch of ${batch} and ${groups} groups`;
  if (rows.dilation !== 1 || columns.dilation !== 1) return 'is dilated';
  return node.attributes.accumulator === 'int32' || `sums up in ${node.attributes.accumulator}`;
}

/** Convolutions and dense layers of int8 with the requantize behind them, channels innermost. */
export const matrixConv: ModulePattern = {
  name: 'conv2d',
  pattern: pattern.op(ops.requantize, {
    inputs: [pattern.oneOf(pattern.op(ops.conv2d), pattern.op(ops.dense))],
  }),
  constraints: [refusal],
  layouts: ({ inputs, constants, outputs }) => {
    const lastOf = ({ type }: Value) => channelsLast(type.shape.length);
    const own = constants.map(({ type }) => rowMajor(type.shape.length));
    return [{ inputs: inputs.map(lastOf), constants: own, outputs: outputs.map(lastOf) }];
  },
  tiling,
  pack,
  cycles: (call) => {
    const layer = layerOf(call.region);
    const { oy, ox, oc } = convolutionTile(call, layer, tiling(call.region));
    const depth = layer.taps * Math.ceil(layer.inputChannels / block);
    const perPixel = Math.ceil(oc.extent / block) * (depth + 2);
    return 40 + oy.extent * ox.extent * perPixel;
  },
  scratch: ({ region }) => [{ memory: 'spad', bytes: layerOf(region).windowBytes, alignment: 4 }],
  kernel: {
    kind: 'job',
    name: 'matrix_conv',
    source: { path: 'kernels/matrix_conv.c', text },
    support: support.requantizeSingle,
    headers: ['string.h'],
    fields: (call) => [
      { name: 'input', role: 'input', index: 0 },
      { name: 'constants', role: 'constant', index: 0 },
      { name: 'output', role: 'output', index: 0 },
      { name: 'window', role: 'scratch', index: 0 },
      ...Object.entries(valuesOf(call)).map(([name, value]) => ({ name, value })),
    ],
  },
};

/** The numbers in a call's arguments. */
function valuesOf(call: KernelCall): Readonly<Record<string, number>> {
  const layer = layerOf(call.region);
  const { oy, ox, oc, iy, ix, pads, inputStrides, outputStrides } = convolutionTile(
    call,
    layer,
    tiling(call.region),
  );
  const { zeroPoint = 0, min = 0, max = 0 } = layer.requantize?.attributes ?? {};
  return {
    ...{ input_rows: iy.extent, input_columns: ix.extent, input_channels: layer.inputChannels },
    ...{
      input_row: inputStrides.row,
      input_pixel: inputStrides.column,
      input_zero_point: layer.inputZeroPoint,
    },
    ...{ pad_top: pads.top, pad_left: pads.left, rows: oy.extent, columns: ox.extent, channels: oc.extent },
    ...{ output_row: outputStrides.row, output_pixel: outputStrides.column },
    ...{ kernel_rows: layer.rows.kernel, kernel_columns: layer.columns.kernel },
    ...{ stride_rows: layer.rows.stride, stride_columns: layer.columns.stride },
    ...{ weight_bytes: layer.weightBytes, zero_point: zeroPoint, low: min, high: max },
  };
}
