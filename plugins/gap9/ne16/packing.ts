import type { TileRange } from 'match-compiler';
import type { ConvolutionAxis } from '../convolution.ts';
import { reach, type Layer } from './layer.ts';

/**
 * The constants of a range of output channels as the engine reads them, block by block: weights as bit-planes, then
 * a bias of four bytes, a scale and, where each channel has its own, a shift of one byte per channel.
 *
 * Weights are words of 16 bits, little-endian, bit i for input channel i of a group of 16. Their order is
 * (channel, group, bit-plane, tap) for 3x3 and 1x1, (bit-plane, tap) for the 16 channels of a depthwise block, and
 * (channel, bit-plane, group) in linear mode. What a group or a smaller kernel lacks has the code of the weight 0.
 *
 * @param channels begins at a block of the layer
 */
export function packBlocks(layer: Layer, channels: TileRange): Uint8Array {
  const { blocks } = layer;
  const full = Math.floor(channels.extent / blocks.channels);
  const rest = channels.extent - full * blocks.channels;
  const packed = new Uint8Array(full * blocks.bytes(blocks.channels) + (rest > 0 ? blocks.bytes(rest) : 0));
  let offset = 0;
  for (let done = 0; done < channels.extent; done += blocks.channels) {
    const block = {
      start: channels.start + done,
      extent: Math.min(blocks.channels, channels.extent - done),
    };
    const bytes = blocks.bytes(block.extent);
    const target = packed.subarray(offset, offset + bytes);
    packWeights(layer, block, target);
    packTables(layer, block, target);
    offset += bytes;
  }
  return packed;
}

function packWeights(layer: Layer, block: TileRange, target: Uint8Array): void {
  const { mode, weights, weightBits, weightOffset, blocks, convolution } = layer;
  const { channelsPerGroup, rows, columns } = convolution;
  const taps = mode.endsWith('3x3') ? tapsOf(rows, columns) : [0];
  const kernel = rows.kernel * columns.kernel;
  const codes = new Uint8Array(16);
  const zero = -weightOffset;
  /** Spreads the 16 codes over bit-planes that are `planeBytes` apart. */
  const put = (offset: number, planeBytes: number): void => {
    for (let bit = 0; bit < weightBits; bit++) {
      let word = 0;
      for (let i = 0; i < 16; i++) word |= (((codes[i] ?? 0) >> bit) & 1) << i;
      target[offset + bit * planeBytes] = word & 0xff;
      target[offset + bit * planeBytes + 1] = word >> 8;
    }
  };
  const code = (channel: number, input: number, tap: number): number =>
    (weights[(channel * channelsPerGroup + input) * kernel + tap] ?? 0) - weightOffset;

  if (mode === 'depthwise3x3') {
    taps.forEach((tap, position) => {
      for (let i = 0; i < 16; i++) {
        codes[i] = tap === undefined || i >= block.extent ? zero : code(block.start + i, 0, tap);
      }
      put(2 * position, 18);
    });
    return;
  }
  const groups = Math.ceil(channelsPerGroup / 16);
  const planeBytes = mode === 'linear' ? 2 * groups : 2 * taps.length;
  const groupBytes = mode === 'linear' ? 2 : planeBytes * weightBits;
  for (let channel = 0; channel < block.extent; channel++) {
    for (let group = 0; group < groups; group++) {
      taps.forEach((tap, position) => {
        for (let i = 0; i < 16; i++) {
          const input = 16 * group + i;
          const missing = tap === undefined || input >= channelsPerGroup;
          codes[i] = missing ? zero : code(block.start + channel, input, tap);
        }
        put(channel * blocks.channelBytes + group * groupBytes + 2 * position, planeBytes);
      });
    }
  }
}

/**
 * For each of the 3×3 taps, row by row, the kernel's own tap that lies there: at the bottom and at the right, because
 * padding that the engine adds at the top and at the left concerns its first subtiles alone.
 */
function tapsOf(rows: ConvolutionAxis, columns: ConvolutionAxis): readonly (number | undefined)[] {
  const along = (axis: ConvolutionAxis, position: number): number | undefined => {
    const tap = (position - 3 + reach(axis)) / axis.dilation;
    return tap >= 0 && Number.isInteger(tap) ? tap : undefined;
  };
  return Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [along(rows, Math.floor(i / 3)), along(columns, i % 3)];
    return row === undefined || column === undefined ? undefined : row * columns.kernel + column;
  });
}

function packTables({ normalization, blocks }: Layer, block: TileRange, target: Uint8Array): void {
  if (!normalization) return;
  const { scaleBits, scale, bias, shift } = normalization;
  let offset = blocks.weightBytes(block.extent);
  const put = (bytes: number, valueOf: (channel: number) => number | undefined): void => {
    for (let channel = block.start; channel < block.start + block.extent; channel++) {
      const value = valueOf(channel) ?? 0;
      for (let i = 0; i < bytes; i++) target[offset++] = (value >> (8 * i)) & 0xff;
    }
  };
  if (bias) put(4, (channel) => bias[channel]);
  put(scaleBits / 8, (channel) => scale[channel]);
  if (typeof shift !== 'number') put(1, (channel) => shift[channel]);
}
