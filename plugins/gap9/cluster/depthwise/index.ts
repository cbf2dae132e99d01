import {
  elementBytes,
  ops,
  pattern,
  type JobField,
  type KernelCall,
  type ModulePattern,
  type Region,
  type Tiling,
} from 'match-compiler';
import { convolutionTile, convolutionTiling, type Convolution } from '../../convolution.ts';
import { costs, ownShare, type Share } from '../costs.ts';
import { elementCode } from '../element-types.ts';
import { productReason } from '../convolution/constraints.ts';
import {
  absorbedConvolution,
  extentsOf,
  isOneChannelPerGroup,
  type TileExtents,
} from '../convolution/facts.ts';
import { eitherSign, imageLayouts, originOf, outputFields, withScaling } from '../convolution/index.ts';
import { foldedBiases, signedWeights } from '../convolution/pack.ts';
import { perRegion } from '../per-region.ts';
import { scalingOfRegion, type Scaling } from '../requantization.ts';
import { joined, support } from '../support/index.ts';
import text from './cluster_depthwise.c';

interface Facts {
  readonly convolution: Convolution;
  readonly scaling: Scaling;
  readonly outputBytes: number;
  /** Bytes of one row of a channel's weights, whole words, and of all that belongs to a channel. */
  readonly rowBytes: number;
  readonly recordBytes: number;
  readonly tiling: Tiling;
}

/** Tiles hold whole words of channels where they can, for the transfers' sake. */
const channelGranule = 4;

const factsOf = perRegion((region): Facts => {
  const convolution = absorbedConvolution(region);
  const { rows, columns, outputChannels } = convolution;
  const scaling = scalingOfRegion(region);
  const rowBytes = 4 * Math.ceil(columns.kernel / 4);
  const recordBytes = rows.kernel * rowBytes + 4 + scaling.entryBytes;
  const constants = {
    axes: [{ extent: outputChannels, bytes: recordBytes, dimension: 'oc' }],
    bytes: recordBytes * outputChannels,
  };
  return {
    convolution,
    scaling,
    outputBytes: elementBytes(convolution.out.type.dtype),
    rowBytes,
    recordBytes,
    tiling: convolutionTiling(convolution, [constants], { channelGranule }),
  };
});

const depthwise = (region: Region): true | string => {
  const convolution = absorbedConvolution(region);
  if (!isOneChannelPerGroup(convolution)) return 'has several input channels per group';
  return productReason(region, convolution);
};

/** Convolutions of each channel for itself, channels-last in and out: no other layout is needed in between. */
export const depthwisePattern: ModulePattern = {
  name: 'depthwise',
  pattern: withScaling(pattern.op(ops.conv2d, { inputs: [eitherSign] })),
  constraints: [depthwise],
  layouts: imageLayouts,
  tiling: (region) => factsOf(region).tiling,
  pack,
  cycles: (call) => {
    const facts = factsOf(call.region);
    return depthwiseCycles(facts, extentsOf(call, facts.convolution), reachesOutside(call, facts), 'slowest');
  },
  leastCycles: (call) => {
    const facts = factsOf(call.region);
    return depthwiseCycles(facts, extentsOf(call, facts.convolution), false, 'even');
  },
  kernel: {
    kind: 'job',
    name: 'cluster_depthwise',
    source: { path: 'plugins/gap9/cluster/depthwise/cluster_depthwise.c', text },
    support: joined(support.load, support.store, support.share, support.requantize),
    headers: ['string.h'],
    fields,
  },
};

/** Per channel: rows of weights filled up to whole words, bias with the input's zero point in it, scaling. */
function pack(call: KernelCall): Uint8Array {
  const { convolution, rowBytes, recordBytes, scaling } = factsOf(call.region);
  const { rows, columns, outputChannels } = convolution;
  const { start, extent } = call.tile.ranges['oc'] ?? { start: 0, extent: outputChannels };
  const bytes = new Uint8Array(recordBytes * extent);
  const view = new DataView(bytes.buffer);
  const weights = signedWeights(convolution);
  const biases = foldedBiases(convolution, weights);
  const taps = rows.kernel * columns.kernel;
  for (let channel = 0; channel < extent; channel++) {
    const at = channel * recordBytes;
    for (let tap = 0; tap < taps; tap++) {
      const row = Math.floor(tap / columns.kernel);
      const weight = weights[(start + channel) * taps + tap] ?? 0;
      view.setInt8(at + row * rowBytes + tap - row * columns.kernel, weight);
    }
    const bias = at + rows.kernel * rowBytes;
    view.setInt32(bias, biases[start + channel] ?? 0, true);
    scaling.write(view, bias + 4, start + channel);
  }
  return bytes;
}

function reachesOutside(call: KernelCall, { convolution, tiling }: Facts): boolean {
  const { pads } = convolutionTile(call, convolution, tiling);
  return pads.top + pads.left + pads.bottom + pads.right > 0;
}

/** Walks down two columns of two channels, shared evenly: columns too, so that few channels busy all cores. */
function depthwiseCycles(
  { convolution: { rows, columns }, scaling }: Facts,
  extents: TileExtents,
  outside: boolean,
  share: Share,
): number {
  const { depthwise: own } = costs;
  const half = (count: number): number => (share === 'even' ? count / 2 : Math.ceil(count / 2));
  const columnPairs = half(extents.columns);
  const walks = ownShare(half(extents.channels) * columnPairs, share);
  const pairs = share === 'even' ? walks / columnPairs : Math.ceil(walks / columnPairs);
  const plain = [rows, columns].every(({ kernel, dilation }) => kernel === 3 && dilation === 1);
  const strides = [rows.stride, columns.stride];
  const walk = own.walk + (outside ? own.border : 0);
  const results = 4 * (scaling.cycles - own.scaling - 1);
  let row: number;
  if (plain && strides.every((stride) => stride === 1)) row = own.step + results;
  else if (plain && strides.every((stride) => stride <= 2)) row = own.stridedStep + results;
  else row = 4 * (own.tap * rows.kernel * columns.kernel + own.result + scaling.cycles - own.scaling - 1);
  return Math.floor(costs.entry + walks * (walk + row * extents.rows) + pairs * own.channelPair);
}

function fields(call: KernelCall): readonly JobField[] {
  const facts = factsOf(call.region);
  const { convolution, scaling, rowBytes, recordBytes } = facts;
  const { rows, columns, x, inputZeroPoint, groups, outputChannels } = convolution;
  const tile = convolutionTile(call, convolution, facts.tiling);
  const multiplier = outputChannels / groups;
  return [
    { name: 'input', role: 'input', index: 0 },
    { name: 'constants', role: 'constant', index: 0 },
    { name: 'output', role: 'output', index: 0 },
    { name: 'input_rows', value: tile.iy.extent },
    { name: 'input_columns', value: tile.ix.extent },
    { name: 'input_row_stride', value: tile.inputStrides.row },
    { name: 'input_column_stride', value: tile.inputStrides.column },
    { name: 'input_type', value: elementCode(x.type.dtype) },
    { name: 'pad_value', value: inputZeroPoint },
    { name: 'pad_top', value: originOf(rows, tile.oy.start, tile.iy.start) },
    { name: 'pad_left', value: originOf(columns, tile.ox.start, tile.ix.start) },
    ...outputFields(call, facts.outputBytes, tile, tile.oc.extent),
    { name: 'kernel_rows', value: rows.kernel },
    { name: 'kernel_columns', value: columns.kernel },
    { name: 'stride_rows', value: rows.stride },
    { name: 'stride_columns', value: columns.stride },
    { name: 'dilation_rows', value: rows.dilation },
    { name: 'dilation_columns', value: columns.dilation },
    { name: 'multiplier', value: multiplier },
    { name: 'skipped', value: tile.oc.start % multiplier },
    { name: 'record_bytes', value: recordBytes },
    { name: 'row_bytes', value: rowBytes },
    ...scaling.fields,
  ];
}
