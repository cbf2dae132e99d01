import type { Target, Tile, TileDimension, Tiling, Value } from 'match-compiler';
import { leastCommonMultiple } from './least-common-multiple.ts';
import type { RegionOption } from './options.ts';
import { worthSharing } from './shares.ts';

/** One strip of a producer, and of the consumer what becomes possible with it. */
export interface Strip {
  /** On the module that works on the producer alone. */
  readonly alone: Tile | undefined;
  /** On the consumer's module, which has time left for it. */
  readonly beside: Tile | undefined;
  readonly consumer: Tile | undefined;
  /** What of the consumer is left to the producer's module, which has time when the producer is done. */
  readonly rest?: Tile | undefined;
}

/** What runs the parts of a producer and its consumer. */
export interface StripOptions {
  /** The producer on its own module. */
  readonly alone: RegionOption;
  /** The producer on the consumer's module. */
  readonly beside?: RegionOption | undefined;
  readonly consumer: RegionOption;
  /** The consumer on the producer's module. */
  readonly rest?: RegionOption | undefined;
}

/** Two regions cut into strips, so that the second follows the first on another module. */
export interface StripPair {
  readonly strips: readonly Strip[];
}

/** An axis along which a consumer can follow its producer. */
interface SharedAxis {
  readonly producer: string;
  readonly length: number;
  /** Strips of the producer end at multiples of it. */
  readonly granule: number;
  readonly consumer: string;
  readonly consumerLength: number;
  readonly consumerGranule: number;
  readonly step: number;
  readonly window: number;
  readonly before: number;
}

const stripCounts = [2, 3, 4, 6, 8, 12];

/**
 * Ways to run a consumer strip by strip behind its producer on another module. Where one of them takes longer, the
 * modules share it so that both are busy all the time: `beside` names how for the producer, `rest` for the consumer.
 */
export function stripPairs(
  value: Value,
  { alone, beside, consumer, rest }: StripOptions,
  target: Target,
): readonly StripPair[] {
  const pairs: StripPair[] = [];
  for (const axis of sharedAxes(value, alone, beside, consumer)) {
    for (const granule of granulesOf(axis, alone, consumer)) {
      const cut = { ...axis, granule };
      for (const part of partsAlone(cut, alone, beside, consumer, target)) {
        let before = 1;
        for (const count of stripCounts) {
          const strips = cutStrips(cut, count, part);
          if (strips.length <= before) continue;
          before = strips.length;
          if (!rest) pairs.push({ strips });
          else pairs.push(...withRest(cut, strips, { alone, consumer, rest }, target));
        }
      }
    }
  }
  return pairs;
}

function sharedAxes(
  value: Value,
  alone: RegionOption,
  beside: RegionOption | undefined,
  consumer: RegionOption,
): SharedAxis[] {
  const to = tilingOf(consumer);
  const read = to?.inputs[consumer.offer.region.inputs.indexOf(value)];
  const producers = [alone, ...(beside ? [beside] : [])].map((option) => {
    const tiling = tilingOf(option);
    return { tiling, written: tiling?.outputs[option.offer.region.outputs.indexOf(value)] };
  });
  if (!to || !read) return [];
  return read.axes.flatMap((axis, i) => {
    const own = freeDimension(to, axis.dimension);
    const { step = 1, window = 1, before = 0, per = 1 } = axis;
    const written = producers.map(({ tiling, written: operand }) => {
      const made = operand?.axes[i];
      const whole = operand?.axes.length === read.axes.length && made?.extent === axis.extent;
      const dimension = tiling && freeDimension(tiling, made?.dimension);
      return whole && (made?.per ?? 1) === 1 && dimension?.extent === axis.extent ? dimension : undefined;
    });
    const [first] = written;
    if (!own || !first || per !== 1 || own.extent < 2) return [];
    if (written.some((dimension) => dimension?.name !== first.name)) return [];
    return [
      {
        producer: first.name,
        length: axis.extent,
        granule: written.reduce((lcm, dimension) => leastCommonMultiple(lcm, dimension?.granule ?? 1), 1),
        consumer: own.name,
        consumerLength: own.extent,
        consumerGranule: own.granule,
        step,
        window,
        before,
      },
    ];
  });
}

/** Longest strips that are tried for the best use of an engine. */
const longestUnit = 8;

/** Multiples that strips may end at: any allowed one, and those that the kernels work best in. */
function granulesOf(
  { granule, producer, consumer, length }: SharedAxis,
  alone: RegionOption,
  follower: RegionOption,
): readonly number[] {
  const units = [unitOf(alone, producer, granule), unitOf(follower, consumer, granule)];
  return [...new Set([granule, ...units])].filter((unit) => unit % granule === 0 && 2 * unit <= length);
}

/** The shortest strip, in multiples of a granule, whose cost per index is about the least. */
function unitOf({ offer, layouts }: RegionOption, dimension: string, granule: number): number {
  const { region, pattern } = offer;
  const perIndex = Array.from({ length: longestUnit }, (_, i) => {
    const extent = (i + 1) * granule;
    return (
      pattern.cycles({ region, layouts, tile: { ranges: { [dimension]: { start: 0, extent } } } }) / extent
    );
  });
  const least = Math.min(...perIndex);
  return (perIndex.findIndex((cost) => cost <= 1.1 * least) + 1) * granule;
}

function freeDimension({ dimensions }: Tiling, name: string | undefined): TileDimension | undefined {
  return dimensions.find((dimension) => dimension.name === name && !dimension.reduction);
}

function tilingOf({ offer, layouts }: RegionOption): Tiling | undefined {
  return offer.pattern.tiling?.(offer.region, layouts);
}

/** The part of the producer's work for its own module that brings both modules into balance. */
function partsAlone(
  axis: SharedAxis,
  alone: RegionOption,
  beside: RegionOption | undefined,
  consumer: RegionOption,
  target: Target,
): readonly number[] {
  if (!beside) return [1];
  const own = cyclesOf(alone) * slowerBeside(alone, consumer, target);
  const shared = cyclesOf(beside) * slowerBeside(consumer, alone, target);
  const following = cyclesOf(consumer) * slowerBeside(consumer, alone, target);
  const balance = (following + shared) / (own + shared);
  if (balance >= 1) return [];
  const { length, granule } = axis;
  const most = Math.floor((length - 1) / granule);
  const steps = Math.max(1, Math.min(most, Math.round((balance * length) / granule)));
  return most < 1 ? [] : [(steps * granule) / length];
}

/** The last strips of the consumer on the producer's module, as many as bring both into balance. */
function withRest(
  { consumer: dimension, consumerLength }: SharedAxis,
  strips: readonly Strip[],
  { alone, consumer, rest }: Pick<StripOptions, 'alone' | 'consumer'> & { readonly rest: RegionOption },
  target: Target,
): StripPair[] {
  const tiling = tilingOf(rest);
  const granule = (tiling && freeDimension(tiling, dimension)?.granule) ?? consumerLength;
  const own = cyclesOf(alone) * slowerBeside(alone, consumer, target);
  const left = cyclesOf(rest) * slowerBeside(rest, consumer, target);
  const following = cyclesOf(consumer) * slowerBeside(consumer, alone, target);
  const takes = (start: number): number =>
    Math.max(
      own + (left * (consumerLength - start)) / consumerLength,
      own / strips.length + (following * start) / consumerLength,
    );
  const all = takes(consumerLength);
  const ways = strips.flatMap(({ consumer: tile }, kept) => {
    const start = tile?.ranges[dimension]?.start ?? 0;
    return kept > 0 && start > 0 && start % granule === 0 ? [{ kept, start, cycles: takes(start) }] : [];
  });
  const [best] = ways.sort((a, b) => a.cycles - b.cycles);
  if (!best || best.cycles > worthSharing * all) return [];
  return [
    {
      strips: strips.map((strip, s) => ({
        ...strip,
        ...(s >= best.kept && { consumer: undefined }),
        ...(s === strips.length - 1 && { rest: range(dimension, best.start, consumerLength) }),
      })),
    },
  ];
}

function slowerBeside(one: RegionOption, other: RegionOption, target: Target): number {
  return target.contention?.[one.offer.module.name]?.[other.offer.module.name] ?? 1;
}

function cyclesOf({ offer, layouts }: RegionOption): number {
  return offer.pattern.cycles({ region: offer.region, layouts, tile: { ranges: {} } });
}

function cutStrips(axis: SharedAxis, count: number, part: number): Strip[] {
  const { length, granule, consumerLength, consumerGranule } = axis;
  const strips: Strip[] = [];
  const toGranule = (at: number): number => Math.min(length, Math.round(at / granule) * granule);
  let done = 0;
  let given = 0;
  let followed = 0;
  for (let i = 1; i <= count; i++) {
    const end = i === count ? length : toGranule((length * i) / count);
    if (end <= done) continue;
    // Rounded over all strips, so that the shares add up to what was asked for.
    const own = part >= 1 ? end - done : Math.min(end - done, Math.max(0, toGranule(end * part) - given));
    const split = done + own;
    given += own;
    const reached = Math.max(0, Math.floor((end + axis.before - axis.window) / axis.step) + 1);
    const ready =
      end === length
        ? consumerLength
        : Math.min(consumerLength, Math.floor(reached / consumerGranule) * consumerGranule);
    strips.push({
      alone: range(axis.producer, done, split),
      beside: range(axis.producer, split, end),
      consumer: range(axis.consumer, followed, Math.max(followed, ready)),
    });
    followed = Math.max(followed, ready);
    done = end;
  }
  return strips;
}

function range(dimension: string, start: number, end: number): Tile | undefined {
  return end > start ? { ranges: { [dimension]: { start, extent: end - start } } } : undefined;
}
