import {
  channelsLast,
  ops,
  pattern,
  rowMajor,
  type JobField,
  type KernelCall,
  type LayoutChoice,
  type ModulePattern,
  type Pattern,
  type Region,
  type Scratch,
} from 'match-compiler';
import { convolutionTile, type Convolution } from '../../convolution.ts';
import { workers } from '../costs.ts';
import { elementCode } from '../element-types.ts';
import { joined, support } from '../support/index.ts';
import { productReason } from './constraints.ts';
import { leastProductCycles, teamSplit } from './cost.ts';
import convolutionText from './cluster_convolution.c';
import pointwiseText from './cluster_pointwise.c';
import {
  absorbedConvolution,
  extentsOf,
  isOneChannelPerGroup,
  isPointwise,
  productFacts,
  runningSumBytes,
} from './facts.ts';
import { packProducts } from './pack.ts';

/** A value, or the value before a change of sign that nothing else reads. */
export const eitherSign: Pattern = pattern.optional(
  (inner) => pattern.op(ops.changeSign, { inputs: [inner] }),
  pattern.any(),
);

/** `producer` with the scaling or the bounds behind it, where there are any. */
export function withScaling(producer: Pattern): Pattern {
  return pattern.oneOf(
    pattern.op(ops.requantize, { inputs: [producer] }),
    pattern.op(ops.clip, { inputs: [producer] }),
    producer,
  );
}

/** Channels-last operands; constants are packed, from row-major. */
export function imageLayouts({ inputs, constants, outputs }: Region): readonly LayoutChoice[] {
  return [
    {
      inputs: inputs.map((value) => channelsLast(value.type.shape.length)),
      constants: constants.map((value) => rowMajor(value.type.shape.length)),
      outputs: outputs.map((value) => channelsLast(value.type.shape.length)),
    },
  ];
}

const windowed = (region: Region): true | string => {
  const convolution = absorbedConvolution(region);
  if (isOneChannelPerGroup(convolution))
    return 'has one input channel per group: the depthwise kernel takes it';
  if (isPointwise(convolution)) return 'has a window of one pixel: the pointwise kernel takes it';
  return productReason(region, convolution);
};

/** Convolutions of any window, stride, dilation and padding, in groups of two channels and more. */
export const convolutionPattern: ModulePattern = {
  name: 'convolution',
  pattern: withScaling(pattern.op(ops.conv2d, { inputs: [eitherSign] })),
  constraints: [windowed],
  layouts: imageLayouts,
  tiling: (region) => productFacts(region).tiling,
  pack: (call) => packProducts(call, productFacts(call.region)),
  cycles: (call) => {
    const facts = productFacts(call.region);
    return teamSplit(facts, extentsOf(call, facts.convolution), true).cycles;
  },
  leastCycles: (call) => {
    const facts = productFacts(call.region);
    return leastProductCycles(facts, extentsOf(call, facts.convolution), true);
  },
  scratch: (call) => [convolutionScratch(call)],
  kernel: {
    kind: 'job',
    name: 'cluster_convolution',
    source: { path: 'plugins/gap9/cluster/convolution/cluster_convolution.c', text: convolutionText },
    support: joined(support.store, support.share, support.requantize, support.blocks, support.finish),
    headers: ['string.h'],
    fields: convolutionFields,
  },
};

/** Running sums, then the windows of two pixels of every worker. */
function convolutionScratch(call: KernelCall): Scratch {
  const { convolution, taps } = productFacts(call.region);
  const extents = extentsOf(call, convolution);
  const bytes = runningSumBytes(extents) + workers * windowBytes(taps, extents.inputs);
  return { memory: 'l1', bytes, alignment: 4 };
}

function windowBytes(taps: number, channels: number): number {
  return 4 * Math.ceil((2 * taps * channels) / 4);
}

function convolutionFields(call: KernelCall): readonly JobField[] {
  const facts = productFacts(call.region);
  const { convolution, taps } = facts;
  const { rows, columns, groups, outputChannels, channelsPerGroup } = convolution;
  const extents = extentsOf(call, convolution);
  const tile = convolutionTile(call, convolution, facts.tiling);
  const split = teamSplit(facts, extents, true);
  const groupCount = groups === 1 ? 1 : (extents.channels * groups) / outputChannels;
  return [
    { name: 'input', role: 'input', index: 0 },
    { name: 'constants', role: 'constant', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    { name: 'scratch', role: 'scratch', index: 0 },
    { name: 'input_rows', value: tile.iy.extent },
    { name: 'input_columns', value: tile.ix.extent },
    { name: 'input_row_stride', value: tile.inputStrides.row },
    { name: 'input_column_stride', value: tile.inputStrides.column },
    { name: 'input_signed', value: facts.signed ? 1 : 0 },
    { name: 'pad_value', value: convolution.inputZeroPoint & 0xff },
    { name: 'pad_top', value: originOf(rows, tile.oy.start, tile.iy.start) },
    { name: 'pad_left', value: originOf(columns, tile.ox.start, tile.ix.start) },
    ...outputFields(call, facts.outputBytes, tile, extents.channels),
    { name: 'kernel_rows', value: rows.kernel },
    { name: 'kernel_columns', value: columns.kernel },
    { name: 'stride_rows', value: rows.stride },
    { name: 'stride_columns', value: columns.stride },
    { name: 'dilation_rows', value: rows.dilation },
    { name: 'dilation_columns', value: columns.dilation },
    { name: 'groups', value: groupCount },
    { name: 'group_channels', value: groups === 1 ? extents.inputs : channelsPerGroup },
    ...blockFields(call, extents.first, extents.last),
    { name: 'sums_bytes', value: runningSumBytes(extents) },
    { name: 'window_bytes', value: windowBytes(taps, extents.inputs) },
    { name: 'pixel_parts', value: split.pixelParts },
    { name: 'channel_parts', value: split.channelParts },
    ...facts.scaling.fields,
  ];
}

/** How far the first window of a tile starts before the first row (or column) of its input box. */
export function originOf(
  { stride, padBefore }: Convolution['rows'],
  firstOutput: number,
  firstInput: number,
): number {
  return firstInput + padBefore - firstOutput * stride;
}

/** Where the results go: rows, columns, channels of the tile, strides, type. */
export function outputFields(
  { region }: KernelCall,
  elementBytes: number,
  { oy, ox, outputStrides }: ReturnType<typeof convolutionTile>,
  channels: number,
): readonly JobField[] {
  return [
    { name: 'output_rows', value: oy.extent },
    { name: 'output_columns', value: ox.extent },
    { name: 'output_channels', value: channels },
    { name: 'output_row_stride', value: outputStrides.row },
    { name: 'output_column_stride', value: outputStrides.column },
    { name: 'output_type', value: elementCode(region.outputs[0]?.type.dtype ?? 'int32') },
    { name: 'element_bytes', value: elementBytes },
  ];
}

/** How the constants lie, and whether sums start and end with this tile. */
function blockFields(call: KernelCall, first: boolean, last: boolean): readonly JobField[] {
  const facts = productFacts(call.region);
  const chunkBytes =
    facts.chunks > 1
      ? (call.strides?.constants[0] ?? facts.tiling.constants[0]?.axes.map((axis) => axis.bytes))?.[0]
      : 0;
  return [
    { name: 'chunk_channels', value: facts.chunkChannels },
    { name: 'chunk_bytes', value: chunkBytes ?? 0 },
    { name: 'block_channels', value: facts.blockChannels },
    { name: 'block_bytes', value: facts.blockBytes },
    { name: 'row_bytes', value: facts.rowBytes },
    { name: 'entry_bytes', value: facts.scaling.entryBytes },
    { name: 'first', value: first ? 1 : 0 },
    { name: 'last', value: last ? 1 : 0 },
  ];
}

const pointwise = (region: Region): true | string => {
  const convolution = absorbedConvolution(region);
  if (!isPointwise(convolution)) return 'has a window of more than a pixel, padding or groups';
  return productReason(region, convolution);
};

/** 1×1 convolutions of any stride, and dense layers. */
export const pointwisePattern: ModulePattern = {
  name: 'pointwise',
  pattern: withScaling(
    pattern.oneOf(
      pattern.op(ops.conv2d, { inputs: [eitherSign] }),
      pattern.op(ops.dense, { inputs: [eitherSign] }),
    ),
  ),
  constraints: [pointwise],
  layouts: imageLayouts,
  tiling: (region) => productFacts(region).tiling,
  pack: (call) => packProducts(call, productFacts(call.region)),
  cycles: (call) => {
    const facts = productFacts(call.region);
    return teamSplit(facts, extentsOf(call, facts.convolution), false).cycles;
  },
  leastCycles: (call) => {
    const facts = productFacts(call.region);
    return leastProductCycles(facts, extentsOf(call, facts.convolution), false);
  },
  scratch: (call) => {
    const bytes = runningSumBytes(extentsOf(call, productFacts(call.region).convolution));
    return bytes > 0 ? [{ memory: 'l1', bytes, alignment: 4 }] : [];
  },
  kernel: {
    kind: 'job',
    name: 'cluster_pointwise',
    source: { path: 'plugins/gap9/cluster/convolution/cluster_pointwise.c', text: pointwiseText },
    support: joined(support.store, support.share, support.requantize, support.blocks, support.finish),
    headers: ['string.h'],
    fields: pointwiseFields,
  },
};

function pointwiseFields(call: KernelCall): readonly JobField[] {
  const facts = productFacts(call.region);
  const { convolution } = facts;
  const extents = extentsOf(call, convolution);
  const tile = convolutionTile(call, convolution, facts.tiling);
  const split = teamSplit(facts, extents, false);
  return [
    { name: 'input', role: 'input', index: 0 },
    { name: 'constants', role: 'constant', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    runningSumBytes(extents) > 0
      ? { name: 'scratch', role: 'scratch', index: 0 }
      : { name: 'scratch', value: 'NULL' },
    { name: 'input_row_stride', value: convolution.rows.stride * tile.inputStrides.row },
    { name: 'input_column_stride', value: convolution.columns.stride * tile.inputStrides.column },
    { name: 'input_channels', value: extents.inputs },
    { name: 'input_signed', value: facts.signed ? 1 : 0 },
    ...outputFields(call, facts.outputBytes, tile, extents.channels),
    ...blockFields(call, extents.first, extents.last),
    { name: 'pixel_parts', value: split.pixelParts },
    { name: 'channel_parts', value: split.channelParts },
    ...facts.scaling.fields,
  ];
}
