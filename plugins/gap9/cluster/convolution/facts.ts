import {
  elementBytes,
  isOp,
  ops,
  type KernelCall,
  type Region,
  type TiledOperand,
  type Tiling,
} from 'match-compiler';
import { convolutionOf, convolutionTiling, isDepthwise, type Convolution } from '../../convolution.ts';
import { perRegion } from '../per-region.ts';
import { scalingOfRegion, type Scaling } from '../requantization.ts';

/** A convolution or dense layer as the product kernels see it. */
export interface ProductFacts {
  /** With the value that the region reads, a change of sign before it absorbed. */
  readonly convolution: Convolution;
  readonly signed: boolean;
  readonly scaling: Scaling;
  readonly outputBytes: number;
  readonly taps: number;
  /** Output channels of a block of packed constants. */
  readonly blockChannels: number;
  /** Input channels of a chunk of packed weights: all of a group where they are not cut. */
  readonly chunkChannels: number;
  readonly chunks: number;
  /** Bytes of one channel's weights in a block, whole words. */
  readonly rowBytes: number;
  readonly blockBytes: number;
  readonly tiling: Tiling;
}

/**
 * A chunk of input channels has about this many weights per output channel. Every chunk carries the block's biases
 * and scales, so that a tile's constants are one transfer: with 1024 weights they are one or two hundredths of it.
 */
const chunkWeights = 1024;

/** Cutting the reduction is worth its space for two chunks and more. */
const leastReduction = 2 * chunkWeights;

/** The convolution of a region with the operand that the region reads: a change of sign in front is absorbed. */
export function absorbedConvolution(region: Region): Convolution {
  const convolution = convolutionOf(region);
  const change = region.nodes.find((node) => isOp(node, ops.changeSign) && node.outputs[0] === convolution.x);
  const x = change?.inputs[0];
  if (!x) return convolution;
  const offset = x.type.dtype === 'int8' ? -128 : 128;
  return { ...convolution, x, inputZeroPoint: convolution.inputZeroPoint + offset };
}

/** Facts of a region of the pattern `pointwise` or `convolution`. */
export const productFacts = perRegion((region): ProductFacts => {
  const convolution = absorbedConvolution(region);
  const { groups, channelsPerGroup, outputChannels, rows, columns } = convolution;
  const scaling = scalingOfRegion(region);
  const taps = rows.kernel * columns.kernel;
  const filters = outputChannels / groups;
  const blockChannels = groups === 1 || filters % 4 === 0 ? 4 : 1;
  const cut = groups === 1 && taps * channelsPerGroup >= leastReduction;
  const chunkChannels = cut
    ? Math.min(channelsPerGroup, 4 * Math.ceil(chunkWeights / taps / 4))
    : channelsPerGroup;
  const chunks = Math.ceil(channelsPerGroup / chunkChannels);
  const rowBytes = 4 * Math.ceil((taps * chunkChannels) / 4);
  const channelBytes = rowBytes + 4 + scaling.entryBytes;
  const blockBytes = blockChannels * channelBytes;
  const blocks = Math.ceil(outputChannels / blockChannels);
  const constants: TiledOperand =
    chunks === 1
      ? {
          axes: [{ extent: blocks, bytes: blockBytes, dimension: 'oc', per: blockChannels }],
          bytes: channelBytes * outputChannels,
        }
      : {
          axes: [
            { extent: chunks, bytes: blocks * blockBytes, dimension: 'ic', per: chunkChannels },
            { extent: blocks, bytes: blockBytes, dimension: 'oc', per: blockChannels },
          ],
          bytes: chunks * blocks * blockBytes,
        };
  return {
    convolution,
    signed: convolution.x.type.dtype === 'int8',
    scaling,
    outputBytes: elementBytes(convolution.out.type.dtype),
    taps,
    blockChannels,
    chunkChannels,
    chunks,
    rowBytes,
    blockBytes,
    tiling: convolutionTiling(convolution, [constants], {
      channelGranule: blockChannels,
      ...(chunks > 1 && { reductionGranule: chunkChannels }),
    }),
  };
});

/** One pixel in, one pixel out, nothing outside. */
export function isPointwise({ rows, columns, groups }: Convolution): boolean {
  return (
    groups === 1 &&
    [rows, columns].every(({ kernel, padBefore, padAfter }) => kernel + padBefore + padAfter === 1)
  );
}

/** One input channel in each of several groups: what the depthwise kernel takes. */
export function isOneChannelPerGroup(convolution: Convolution): boolean {
  return isDepthwise(convolution) || (convolution.groups > 1 && convolution.channelsPerGroup === 1);
}

/** Extents of a call's tile. */
export interface TileExtents {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  /** Of the reduction. */
  readonly inputs: number;
  /** It holds the first, or the last, of the input channels. */
  readonly first: boolean;
  readonly last: boolean;
}

/** What a call computes. */
export function extentsOf(
  { tile: { ranges } }: KernelCall,
  { rows, columns, ...of }: Convolution,
): TileExtents {
  const reduction = of.groups === 1 ? ranges['ic'] : undefined;
  return {
    rows: ranges['oy']?.extent ?? rows.output,
    columns: ranges['ox']?.extent ?? columns.output,
    channels: ranges['oc']?.extent ?? of.outputChannels,
    inputs: reduction?.extent ?? of.channelsPerGroup,
    first: (reduction?.start ?? 0) === 0,
    last: !reduction || reduction.start + reduction.extent === of.channelsPerGroup,
  };
}

/** Running sums of a tile of input channels: four bytes per result; none where all are summed at once. */
export function runningSumBytes({ rows, columns, channels, first, last }: TileExtents): number {
  return first && last ? 0 : 4 * rows * columns * channels;
}
