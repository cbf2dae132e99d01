import type { TileRange } from 'match-compiler';
import { swizzle } from '../activations/index.ts';
import type { ShiftedConvolution } from '../convolution.ts';
import { arraySide, depthwiseLanes } from './costs.ts';

/** Bytes of the biases of a block: four planes of one byte per channel. */
const biasBytes = 4 * arraySide;

/** Input channels of the packed weights: 4 for depthwise layers, a multiple of 16 for dense ones. */
export function packedChannels({ depthwise, kind, channelsPerGroup }: ArrayLayer): number {
  if (depthwise) return depthwiseLanes;
  return kind === 'dense' ? arraySide * Math.ceil(channelsPerGroup / arraySide) : channelsPerGroup;
}

/** Bytes of the constants of 16 output channels. */
export function blockBytes(layer: ArrayLayer): number {
  return biasBytes + arraySide * packedChannels(layer) * layer.rows.kernel * layer.columns.kernel;
}

type ArrayLayer = Pick<ShiftedConvolution, 'depthwise' | 'kind' | 'channelsPerGroup' | 'rows' | 'columns'>;
type PackedLayer = ArrayLayer & Pick<ShiftedConvolution, 'weights' | 'bias' | 'outputChannels'>;

/**
 * The constants of a range of output channels in the array's order: per block of 16 channels the biases as four planes of
 * bytes, lowest first, then the weights (input channel, filter row, filter column, 16 output channels); at last each
 * group of four bytes is reversed. A depthwise channel's weights lie in the lane of four that its own position has, the
 * others are 0, as is everything that a block or a dense layer lacks.
 *
 * @param channels begins at a multiple of 16
 */
export function packArray(layer: PackedLayer, channels: TileRange): Uint8Array {
  const { depthwise, channelsPerGroup, rows, columns, weights, bias, outputChannels } = layer;
  const taps = rows.kernel * columns.kernel;
  const depth = packedChannels(layer);
  const bytes = blockBytes(layer);
  const blocks = Math.ceil(channels.extent / arraySide);
  const packed = new Uint8Array(blocks * bytes);
  const end = Math.min(channels.start + channels.extent, outputChannels);
  const weight = (channel: number, input: number, tap: number): number => {
    if (depthwise) return input === channel % depthwiseLanes ? (weights[channel * taps + tap] ?? 0) : 0;
    return input < channelsPerGroup ? (weights[(channel * channelsPerGroup + input) * taps + tap] ?? 0) : 0;
  };
  for (let channel = channels.start; channel < end; channel++) {
    const position = channel - channels.start;
    const lane = position % arraySide;
    const block = Math.floor(position / arraySide) * bytes;
    for (let plane = 0; plane < 4; plane++) {
      packed[block + plane * arraySide + lane] = ((bias[channel] ?? 0) >> (8 * plane)) & 0xff;
    }
    for (let input = 0; input < depth; input++) {
      for (let tap = 0; tap < taps; tap++) {
        packed[block + biasBytes + (input * taps + tap) * arraySide + lane] =
          weight(channel, input, tap) & 0xff;
      }
    }
  }
  return swizzle(packed);
}
