import type { KernelCall } from 'match-compiler';
import type { Convolution } from '../../convolution.ts';
import type { ProductFacts } from './facts.ts';

/**
 * Per chunk of input channels and block of output channels: for each channel of the block its weights (taps outside,
 * channels of the chunk inside) filled up to whole words, then a bias each, then the constants of the scaling each.
 * The zero point of the input is in the biases: Σ (x − zx)·w = Σ x·w − zx·Σ w, modulo 2^32 like the sum itself.
 */
export function packProducts(call: KernelCall, facts: ProductFacts): Uint8Array {
  const { convolution, chunks, chunkChannels, blockChannels, blockBytes, rowBytes, scaling, taps } = facts;
  const { start, extent } = call.tile.ranges['oc'] ?? { start: 0, extent: convolution.outputChannels };
  const { channelsPerGroup } = convolution;
  const blocks = Math.ceil(extent / blockChannels);
  const channelBytes = rowBytes + 4 + scaling.entryBytes;
  const bytes = new Uint8Array(chunks === 1 ? channelBytes * extent : chunks * blocks * blockBytes);
  const view = new DataView(bytes.buffer);
  const weights = signedWeights(convolution);
  const biases = foldedBiases(convolution, weights);
  for (let channel = 0; channel < extent; channel++) {
    const block = Math.floor(channel / blockChannels);
    const count = Math.min(blockChannels, extent - block * blockChannels);
    const within = channel - block * blockChannels;
    const filter = (start + channel) * channelsPerGroup * taps;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const cell = (chunk * blocks + block) * blockBytes;
      const first = chunk * chunkChannels;
      const inputs = Math.min(chunkChannels, channelsPerGroup - first);
      for (let tap = 0; tap < taps; tap++) {
        for (let i = 0; i < inputs; i++) {
          const weight = weights[filter + (first + i) * taps + tap] ?? 0;
          view.setInt8(cell + within * rowBytes + tap * inputs + i, weight);
        }
      }
      view.setInt32(cell + count * rowBytes + 4 * within, biases[start + channel] ?? 0, true);
      const entries = cell + count * (rowBytes + 4);
      scaling.write(view, entries + within * scaling.entryBytes, start + channel);
    }
  }
  return bytes;
}

/** Weights without their zero point, in logical order. */
export function signedWeights({ w, weightZeroPoint }: Convolution): Int8Array {
  return Int8Array.from((w.constant?.data ?? []) as Int8Array, (item) => item - weightZeroPoint);
}

/** Biases with what the zero point of the input takes off. */
export function foldedBiases(
  { bias, inputZeroPoint, outputChannels }: Convolution,
  weights: Int8Array,
): Int32Array {
  const own = bias?.constant?.data as Int32Array | undefined;
  const filter = weights.length / outputChannels;
  return Int32Array.from({ length: outputChannels }, (_, channel) => {
    let sum = 0;
    for (let i = channel * filter; i < (channel + 1) * filter; i++) sum += weights[i] ?? 0;
    return ((own?.[channel] ?? 0) - Math.imul(inputZeroPoint, sum)) | 0;
  });
}
