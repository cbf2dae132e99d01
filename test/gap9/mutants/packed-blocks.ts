import type { Buffer, MappedRegion } from 'match-compiler';
import type { Random } from './constant-faults.ts';
import { numberIn, type Job } from './faulty-program.ts';
import { realProduct, shiftedProduct, type Normalization } from './sums.ts';

interface Place {
  readonly offset: number;
  readonly bytes: number;
}

/** The bit-planes of 16 weights or more: `count` runs of `bytes`, `stride` apart. */
interface Planes extends Place {
  readonly start: number;
  readonly count: number;
  readonly stride: number;
}

/** How a packed constant is laid out: blocks of filters, each with weights and behind them tables. */
export interface Blocks {
  readonly region: MappedRegion;
  /** Filters in all, of a whole block, and the layer's number of the first. */
  readonly channels: number;
  readonly blockChannels: number;
  readonly firstChannel: number;
  readonly blockBytes: number;
  /** From filter to filter within a block; 0 where they are interleaved. */
  readonly rowBytes: number;
  /** Weights as bit-planes, those of one random group of inputs. */
  readonly planes?: (channel: number, random: Random) => Omit<Planes, 'offset'>;
  /** Without planes: a random byte that holds a weight. */
  weightByte(channel: number, random: Random): number;
  /** Does the bit that stands for `input` of a group, in the byte at `offset` of its block, stand for no weight? */
  isMissing(channel: number, offset: number, input: number): boolean;
  tables(channel: number): Partial<Record<'bias' | 'scale' | 'shift', Place>>;
  /** What becomes of a filter's sums, as the bytes say; absent where this does not say it all. */
  readonly normalization?: (bytes: Uint8Array, channel: number) => Normalization;
  /** Is a filter's scale 0, so that its weights are for nothing? */
  isUnscaled(bytes: Uint8Array, channel: number): boolean;
}

/** The block of a filter. */
export function blockAt(
  { channels, blockChannels, blockBytes }: Pick<Blocks, 'channels' | 'blockChannels' | 'blockBytes'>,
  channel: number,
): { readonly offset: number; readonly channels: number } {
  const index = Math.floor(channel / blockChannels);
  return {
    offset: index * blockBytes,
    channels: Math.min(blockChannels, channels - index * blockChannels),
  };
}

const modes = ['conv3x3', 'depthwise3x3', 'conv1x1', 'linear'] as const;

/** NE16's layout, from the arguments of a job and the description at the head of the engine's model. */
export function ne16Blocks(buffer: Buffer, job: Job): Blocks | undefined {
  const { packed } = buffer;
  if (!packed) return undefined;
  const field = (name: string): number => numberIn(job, name);
  const mode = modes[field('mode')];
  const depthwise = mode === 'depthwise3x3';
  const bits = field('weight_bits');
  const { channels, first } = shareOf(packed);
  const inputs = depthwise ? 1 : inputsOf(packed);
  const words = Math.ceil(inputs / 16);
  const taps = mode === 'conv3x3' ? 9 : 1;
  const rowBytes = depthwise ? 0 : bits * 2 * words * taps;
  const scaleBytes = field('scale_bits') / 8;
  const shape = { channels, blockChannels: field('block_channels'), blockBytes: field('block_bytes') };
  const tables = (channel: number): Record<'bias' | 'scale' | 'shift', Place | undefined> => {
    const block = blockAt(shape, channel);
    const within = channel % shape.blockChannels;
    const weights = depthwise ? bits * 18 : block.channels * rowBytes;
    const bias = block.offset + 4 * Math.ceil(weights / 4);
    const scale = bias + (field('has_bias') ? 4 * block.channels : 0);
    const shift = scale + scaleBytes * block.channels;
    return {
      bias: field('has_bias') ? { offset: bias + 4 * within, bytes: 4 } : undefined,
      scale: scaleBytes ? { offset: scale + scaleBytes * within, bytes: scaleBytes } : undefined,
      shift: field('has_shifts') ? { offset: shift + within, bytes: 1 } : undefined,
    };
  };
  return {
    ...shape,
    region: packed,
    firstChannel: first,
    rowBytes,
    planes: (channel, random) => {
      const block = blockAt(shape, channel);
      if (depthwise) return { start: block.offset, count: bits, stride: 18, bytes: 18 };
      const row = block.offset + (channel % shape.blockChannels) * rowBytes;
      if (mode === 'linear') {
        const word = random(words);
        return { start: row + 2 * word, count: bits, stride: 2 * words, bytes: 2 };
      }
      return { start: row + random(words) * bits * 2 * taps, count: bits, stride: 2 * taps, bytes: 2 * taps };
    },
    weightByte: () => {
      throw new Error('weights are bit-planes');
    },
    isMissing: (channel, offset, input) => {
      const block = blockAt(shape, channel);
      if (depthwise) return input >= block.channels;
      const inRow = offset % rowBytes;
      const group = mode === 'linear' ? Math.floor(inRow / 2) % words : Math.floor(inRow / (bits * 2 * taps));
      return 16 * group + input >= inputs;
    },
    tables: (channel) => present(tables(channel)),
    isUnscaled: (bytes, channel) => scaleBytes > 0 && unsigned(bytes, tables(channel).scale) === 0,
    ...(scaleBytes > 0 && {
      normalization: (bytes: Uint8Array, channel: number): Normalization => {
        const { bias, scale, shift } = tables(channel);
        const narrow = field('output_bits') === 8;
        const relu = field('relu') !== 0;
        return shiftedProduct({
          bias: 0,
          scale: unsigned(bytes, scale),
          addend: unsigned(bytes, bias) | 0,
          // The engine takes five bits.
          shift: shift ? unsigned(bytes, shift) & 31 : field('shift'),
          low: narrow ? (relu ? 0 : -128) : -(2 ** 31),
          high: narrow ? (relu ? 255 : 127) : 2 ** 31 - 1,
          wraps: true,
        });
      },
    }),
  };
}

/** Codes of the rules in the kernels: entries are multiplier, addend, shift, and a numerator as a double. */
export const shiftRule = 5;
const realEvenRule = 3;

/** The layout of the cluster's kernels: rows of weights, biases, then an entry for the scaling of each filter. */
export function rowBlocks(buffer: Buffer, job: Job): Blocks | undefined {
  const { packed } = buffer;
  const field = (name: string): number => numberIn(job, name);
  const { kernel } = job;
  const depthwise = kernel === 'cluster_depthwise';
  if (!packed || !(depthwise || kernel === 'cluster_convolution' || kernel === 'cluster_pointwise'))
    return undefined;
  // Chunks of input channels repeat the tables; the survey looks at layers that have one.
  if (!depthwise && field('chunk_bytes') > 0) return undefined;
  const { channels, first } = shareOf(packed);
  const rows = depthwise ? field('kernel_rows') * field('row_bytes') : field('row_bytes');
  const entryBytes = depthwise ? field('record_bytes') - rows - 4 : field('entry_bytes');
  const blockChannels = depthwise ? 1 : field('block_channels');
  const shape = {
    channels,
    blockChannels,
    blockBytes: depthwise ? field('record_bytes') : field('block_bytes'),
  };
  const weightsOf = depthwise ? field('kernel_columns') : rows;
  const shifts = field('rule') === shiftRule;
  const reals = field('rule') === realEvenRule;
  const places = (
    channel: number,
  ): { readonly row: number; readonly bias: number; readonly entry: number } => {
    const block = blockAt(shape, channel);
    const within = channel % blockChannels;
    const bias = block.offset + block.channels * rows;
    return {
      row: block.offset + within * rows,
      bias: bias + 4 * within,
      entry: bias + 4 * block.channels + within * entryBytes,
    };
  };
  const normalization = (bytes: Uint8Array, channel: number): Normalization => {
    const { bias, entry } = places(channel);
    const word = (offset: number): number => unsigned(bytes, { offset, bytes: 4 }) | 0;
    const common = {
      bias: word(bias) - field('input_zero_point'),
      low: field('low'),
      high: field('high'),
    };
    if (shifts) {
      const [scale, addend, shift] = [word(entry), word(entry + 4), word(entry + 8)];
      return shiftedProduct({ ...common, scale, addend, shift, wraps: false });
    }
    const numerator = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(entry, true);
    return realProduct({
      ...common,
      numerator,
      denominator: field('denominator'),
      zeroPoint: field('zero_point'),
    });
  };
  return {
    ...shape,
    region: packed,
    firstChannel: first,
    // One filter is a block.
    rowBytes: depthwise ? 0 : rows,
    weightByte: (channel, random) => {
      const line = depthwise ? random(field('kernel_rows')) * field('row_bytes') : 0;
      return places(channel).row + line + random(weightsOf);
    },
    isMissing: () => false,
    tables: (channel) => {
      const { bias, entry } = places(channel);
      return present({
        bias: { offset: bias, bytes: 4 },
        scale: entryBytes > 0 ? { offset: entry, bytes: reals ? 8 : 4 } : undefined,
        shift: shifts ? { offset: entry + 8, bytes: 1 } : undefined,
      });
    },
    isUnscaled: () => false,
    ...((shifts || reals) && { normalization }),
  };
}

/** Filters of a share, and the first of them. */
function shareOf({ region, share }: MappedRegion): { readonly channels: number; readonly first: number } {
  const weights = weightsShape(region);
  const { start, extent } = share.ranges['oc'] ?? { start: 0, extent: weights[0] ?? 0 };
  return { channels: extent, first: start };
}

/** Input channels of a filter. */
function inputsOf({ region }: MappedRegion): number {
  return weightsShape(region)[1] ?? 0;
}

function weightsShape({ nodes }: MappedRegion['region']): readonly number[] {
  const node = nodes.find(({ op }) => op.name === 'conv2d' || op.name === 'dense');
  return node?.inputs[1]?.type.shape ?? [];
}

function unsigned(bytes: Uint8Array, place: Place | undefined): number {
  let value = 0;
  for (let i = (place?.bytes ?? 0) - 1; i >= 0; i--)
    value = 256 * value + (bytes[(place?.offset ?? 0) + i] ?? 0);
  return value;
}

function present<T>(record: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
