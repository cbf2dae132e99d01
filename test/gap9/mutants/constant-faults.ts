import type { Buffer } from 'match-compiler';
import type { Fault, Job } from './faulty-program.ts';
import { blockAt, ne16Blocks, rowBlocks, type Blocks } from './packed-blocks.ts';
import { sameForEverySum, shareThatDiffers, sumRange } from './sums.ts';

export type Random = (below: number) => number;

/** A fault with what is known of it. */
export interface Mutant {
  readonly kind: string;
  readonly detail: string;
  readonly fault: Fault;
  /** Why no output can ever show it; absent where one might. */
  readonly equivalent?: string;
  /** How many of a filter's possible sums show it: between 0 and 1. Takes a while. */
  readonly visibleShare?: () => number;
}

type Mutation = (subject: Subject, random: Random) => Omit<Mutant, 'kind' | 'fault'> | undefined;

/** A packed constant that a mutation writes to. */
interface Subject {
  readonly buffer: Buffer;
  readonly bytes: Uint8Array;
  readonly blocks: Blocks;
}

/** Faults in packed constants, by what they are called in tables. */
export const constantFaults: readonly string[] = [
  'a bit of a weight is flipped',
  'a bit-plane of weights is flipped',
  'two bit-planes of weights change places',
  'weights of two filters change places',
  'two blocks of filters change places',
  'a byte of a bias is changed',
  'a byte of a scale is changed',
  'a shift is changed',
];

/** One fault of a kind in one of the constants; undefined where the one that was drawn has no place for it. */
export function constantFault(
  kind: string,
  constants: readonly Buffer[],
  jobs: readonly Job[],
  random: Random,
): Mutant | undefined {
  const buffer = constants[random(constants.length)];
  const job = buffer && jobs.find(({ instruction }) => instruction.region === buffer.packed);
  if (!buffer || !job || !(buffer.content instanceof Uint8Array)) return undefined;
  const blocks = job.kernel === 'ne16_run' ? ne16Blocks(buffer, job) : rowBlocks(buffer, job);
  if (!blocks) return undefined;
  const bytes = Uint8Array.from(buffer.content);
  const made = mutations[kind]?.({ buffer, bytes, blocks }, random);
  if (!made || bytes.every((byte, i) => byte === (buffer.content as Uint8Array)[i])) return undefined;
  return {
    kind,
    ...made,
    detail: `${buffer.name}: ${made.detail}`,
    fault: { of: 'constant', buffer, bytes },
  };
}

/** The changed constants of one channel against all sums that its filter can have. */
function throughNormalization(
  { buffer, bytes, blocks }: Subject,
  channel: number,
  detail: string,
): Omit<Mutant, 'kind' | 'fault'> {
  const before = blocks.normalization?.(buffer.content as Uint8Array, channel);
  const after = blocks.normalization?.(bytes, channel);
  const range = sumRange(blocks.region.region, blocks.firstChannel + channel);
  if (!before || !after || !range) return { detail };
  return sameForEverySum(before, after, range)
    ? { detail, equivalent: 'gives the same for every sum that the filter can have' }
    : { detail, visibleShare: () => shareThatDiffers(before, after, range) };
}

/** Weights of a filter whose scale is 0 reach no output. */
function unscaled({ bytes, blocks }: Subject, channel: number): { equivalent?: string } {
  return blocks.isUnscaled(bytes, channel) ? { equivalent: 'the filter is scaled by 0' } : {};
}

const mutations: Readonly<Record<string, Mutation>> = {
  'a bit of a weight is flipped': (subject, random) => {
    const { bytes, blocks } = subject;
    const { channel, block } = drawn(blocks, random);
    if (blocks.planes) {
      const { count, stride, bytes: size, start } = blocks.planes(channel, random);
      const bit = random(count);
      const at = start + bit * stride + random(size);
      const mask = random(8);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << mask);
      const input = 8 * (at % 2) + mask;
      return {
        detail: `filter ${channel}, bit ${bit} of byte ${at}`,
        ...(blocks.isMissing(channel, at - block.offset, input)
          ? { equivalent: 'it belongs to a channel that the layer does not have' }
          : unscaled(subject, channel)),
      };
    }
    const at = blocks.weightByte(channel, random);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
    return { detail: `filter ${channel}, byte ${at}`, ...unscaled(subject, channel) };
  },
  'a bit-plane of weights is flipped': (subject, random) => {
    const { bytes, blocks } = subject;
    if (!blocks.planes) return undefined;
    const { channel } = drawn(blocks, random);
    const { count, stride, bytes: size, start } = blocks.planes(channel, random);
    const bit = random(count);
    for (let i = 0; i < size; i++) {
      const at = start + bit * stride + i;
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    }
    return { detail: `filter ${channel}, plane ${bit} at ${start}`, ...unscaled(subject, channel) };
  },
  'two bit-planes of weights change places': (subject, random) => {
    const { bytes, blocks } = subject;
    if (!blocks.planes) return undefined;
    const { channel } = drawn(blocks, random);
    const { count, stride, bytes: size, start } = blocks.planes(channel, random);
    const [a, b] = [random(count), random(count)];
    swap(bytes, start + a * stride, start + b * stride, size);
    return { detail: `filter ${channel}, planes ${a} and ${b} at ${start}`, ...unscaled(subject, channel) };
  },
  'weights of two filters change places': ({ bytes, blocks }, random) => {
    const { channel, block, within } = drawn(blocks, random);
    const other = random(block.channels);
    if (blocks.rowBytes === 0 || other === within) return undefined;
    const at = (index: number): number => block.offset + index * blocks.rowBytes;
    swap(bytes, at(within), at(other), blocks.rowBytes);
    return { detail: `filters ${channel} and ${channel - within + other}` };
  },
  'two blocks of filters change places': ({ bytes, blocks }, random) => {
    const whole = Math.floor(blocks.channels / blocks.blockChannels);
    const [a, b] = [random(whole), random(whole)];
    if (a === b) return undefined;
    swap(bytes, a * blocks.blockBytes, b * blocks.blockBytes, blocks.blockBytes);
    return { detail: `blocks ${a} and ${b}` };
  },
  'a byte of a bias is changed': (subject, random) => changedByte(subject, 'bias', random),
  'a byte of a scale is changed': (subject, random) => changedByte(subject, 'scale', random),
  'a shift is changed': (subject, random) => changedByte(subject, 'shift', random),
};

function changedByte(
  subject: Subject,
  part: 'bias' | 'scale' | 'shift',
  random: Random,
): Omit<Mutant, 'kind' | 'fault'> | undefined {
  const { bytes, blocks } = subject;
  const { channel } = drawn(blocks, random);
  const place = blocks.tables(channel)[part];
  if (!place) return undefined;
  const at = place.offset + random(place.bytes);
  const by = 1 + random(255);
  bytes[at] = (bytes[at] ?? 0) ^ by;
  const detail = `filter ${channel}, byte ${at - place.offset} of ${place.bytes}, by ${by}`;
  return throughNormalization(subject, channel, detail);
}

function drawn(
  blocks: Blocks,
  random: Random,
): { readonly channel: number; readonly within: number; readonly block: ReturnType<typeof blockAt> } {
  const channel = random(blocks.channels);
  const block = blockAt(blocks, channel);
  return { channel, block, within: channel % blocks.blockChannels };
}

function swap(bytes: Uint8Array, a: number, b: number, count: number): void {
  const first = bytes.slice(a, a + count);
  bytes.copyWithin(a, b, b + count);
  bytes.set(first, b);
}
