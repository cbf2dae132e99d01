import type { Region, Value } from 'match-compiler';
import { convolutionOf, type Convolution, type ConvolutionAxis } from '../convolution.ts';
import { blockChannels, type Ne16Mode } from './costs.ts';
import { normalizationOf, type Normalization } from './normalization.ts';

/** A region as the engine runs it. */
export interface Layer {
  readonly convolution: Convolution;
  readonly mode: Ne16Mode;
  /** Stride 2 by keeping the corners of each subtile: a job for every 2×2 outputs. */
  readonly corners: boolean;
  /** Weights less their zero point, in the order of the constant. */
  readonly weights: Int16Array;
  /** Bits of the codes that weights are stored as, 2 … 8. */
  readonly weightBits: number;
  /** What the engine adds to each code. */
  readonly weightOffset: number;
  /** Absent: raw sums leave the engine. */
  readonly normalization: Normalization | undefined;
  readonly outputBits: 8 | 32;
  /** Output clipped to −128 … 127 instead of 0 … 255. */
  readonly signed: boolean;
  readonly blocks: BlockLayout;
}

/** How the constants of one block of output channels lie: weights, then bias, scales and shifts. */
export interface BlockLayout {
  /** Output channels of every block but the last: those of one job. */
  readonly channels: number;
  /** From channel to channel, in bytes; 0 in depthwise mode, where channels lie side by side in a word. */
  readonly channelBytes: number;
  /** Of a block of so many channels: weights alone, and all of it. */
  weightBytes(channels: number): number;
  bytes(channels: number): number;
}

/** Positions between the first and the last tap of the window, both included. */
export function reach({ kernel, dilation }: ConvolutionAxis): number {
  return dilation * (kernel - 1) + 1;
}

/** From window to window; one window has no next. */
export function step({ output, stride }: ConvolutionAxis): number {
  return output === 1 ? 1 : stride;
}

/**
 * What the engine needs to know of a region that passed the pattern's other conditions; a text where it cannot.
 *
 * @param channels output channels of a block
 */
export function layerOf(region: Region, mode: Ne16Mode, channels = blockChannels[mode]): Layer | string {
  const convolution = convolutionOf(region);
  const { w, rows, columns, weightZeroPoint, outputChannels, requantize } = convolution;
  const facts = weightFacts(w, weightZeroPoint, outputChannels);
  if (!facts) return 'has weights that are no constants';
  const { weights, least, weightBits, weightSums } = facts;
  const perFilter = weights.length / outputChannels;
  const largest = perFilter * 255 * Math.max(2 ** weightBits - 1, -least);
  if (largest >= 2 ** 31) return `sums ${perFilter} products, which may leave 32 bits`;
  const normalization = normalizationOf(convolution, weightSums);
  if (typeof normalization === 'string') return normalization;
  return {
    convolution,
    mode,
    corners: mode.endsWith('3x3') && (step(rows) === 2 || step(columns) === 2),
    weights,
    weightBits,
    weightOffset: least,
    normalization,
    outputBits: requantize ? 8 : 32,
    signed: requantize?.attributes.dtype === 'int8',
    blocks: blockLayout(mode, channels, convolution.channelsPerGroup, weightBits, normalization),
  };
}

interface WeightFacts {
  /** Less their zero point, in the order of the constant. */
  readonly weights: Int16Array;
  readonly least: number;
  readonly weightBits: number;
  /** Per output channel. */
  readonly weightSums: readonly number[];
}

/** Every pattern looks at every layer's weights, on the graph of the search and on that of the result. */
const knownWeights = new WeakMap<object, WeightFacts & { readonly zeroPoint: number }>();

function weightFacts(
  { constant }: Value,
  zeroPoint: number,
  outputChannels: number,
): WeightFacts | undefined {
  if (!constant) return undefined;
  const known = knownWeights.get(constant);
  if (known?.zeroPoint === zeroPoint && known.weightSums.length === outputChannels) return known;
  const weights = Int16Array.from(constant.data as ArrayLike<number>, (value) => value - zeroPoint);
  const perFilter = weights.length / outputChannels;
  const weightSums = new Array<number>(outputChannels).fill(0);
  let [least, most] = [0, 0];
  weights.forEach((value, i) => {
    if (value < least) least = value;
    if (value > most) most = value;
    const filter = Math.floor(i / perFilter);
    weightSums[filter] = (weightSums[filter] ?? 0) + value;
  });
  // 0 has a code of its own: weights that stand for no input, and taps that a smaller kernel lacks, add nothing.
  const weightBits = Math.max(2, 32 - Math.clz32(most - least));
  const facts = { weights, least, weightBits, weightSums, zeroPoint };
  knownWeights.set(constant, facts);
  return facts;
}

function blockLayout(
  mode: Ne16Mode,
  blockSize: number,
  depth: number,
  weightBits: number,
  normalization: Normalization | undefined,
): BlockLayout {
  const words = Math.ceil(depth / 16);
  const depthwise = mode === 'depthwise3x3';
  // A word of two bytes has one bit of the codes of 16 channels.
  const channelBytes = depthwise ? 0 : weightBits * 2 * words * (mode === 'conv3x3' ? 9 : 1);
  const weightBytes = (channels: number): number =>
    wordAligned(depthwise ? weightBits * 2 * 9 : channels * channelBytes);
  const tableBytes = normalization
    ? (normalization.bias ? 4 : 0) +
      normalization.scaleBits / 8 +
      (typeof normalization.shift === 'number' ? 0 : 1)
    : 0;
  return {
    channels: blockSize,
    channelBytes,
    weightBytes,
    bytes: (channels) => wordAligned(weightBytes(channels) + channels * tableBytes),
  };
}

/** The next multiple of 4: tables and blocks begin at whole words. */
function wordAligned(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
