import type { MappedRegion, Schedule, StageJob, Target, Tile, Value } from 'match-compiler';
import { leastCycles, type RegionChoice, type RegionOption } from './options.ts';
import type { StageWork } from './stage-builder.ts';
import { stripSchedule, type StripOperands } from './strip-schedule.ts';
import { stripPairs, type Strip, type StripOptions } from './strips.ts';

/** A pair of regions cut into strips, wherever its tensors live. */
export interface StripWay {
  readonly options: StripOptions;
  readonly strips: readonly Strip[];
  /** Cycles of its calls by module. */
  readonly loads: ReadonlyMap<string, number>;
  /** Cycles without transfers. */
  readonly estimate: number;
}

const stripParts = ['alone', 'beside', 'consumer', 'rest'] as const satisfies readonly (keyof Strip)[];

/** What the producer, and with it its consumer, may use. */
export interface StripRequest {
  readonly producer: StripOperands;
  readonly consumer: StripOperands & {
    /** Of near memory, for both: both outputs are alive together. */
    readonly bytes: number;
  };
  /** The near memory. */
  readonly near: string;
}

/** The modules that can run a producer and its consumer strip by strip, both or one of them on two modules. */
export function stripOptions(first: RegionChoice, second: RegionChoice): readonly StripOptions[] {
  const ways: StripOptions[] = [];
  for (const consumer of second.options) {
    for (const alone of first.options) {
      if (alone.near === undefined || alone.near !== consumer.near) continue;
      if (alone.offer.module === consumer.offer.module) continue;
      ways.push({ alone, consumer });
      for (const beside of first.options) {
        if (beside.offer.module === consumer.offer.module) ways.push({ alone, consumer, beside });
      }
      for (const rest of second.options) {
        if (rest.offer.module === alone.offer.module) ways.push({ alone, consumer, rest });
      }
    }
  }
  return ways;
}

/** The ways to cut a pair into strips. */
export function stripWays(value: Value, options: StripOptions, target: Target): readonly StripWay[] {
  return stripPairs(value, options, target).map(({ strips }) => ({
    options,
    strips,
    ...estimated(strips, options),
  }));
}

/** The regions of a pair that is cut into strips, and their calls; undefined where the buffers do not fit. */
export function stripWork(
  { options, strips }: StripWay,
  { producer, consumer, near }: StripRequest,
  target: Target,
  mapped: (option: RegionOption, schedule: Schedule) => MappedRegion,
): StageWork | undefined {
  const region = (part: keyof Strip, operands: StripOperands): MappedRegion | undefined => {
    const option = options[part];
    const tiles = strips.flatMap((strip) => strip[part] ?? []);
    const schedule = option && tiles.length > 0 ? stripSchedule(option, operands, tiles, target) : undefined;
    return option && schedule && mapped(option, schedule);
  };
  const parts = {
    alone: region('alone', producer),
    beside: region('beside', producer),
    consumer: region('consumer', consumer),
    rest: region('rest', consumer),
  };
  const regions = Object.values(parts).filter((each) => each !== undefined);
  const bytes = regions.reduce((sum, { schedule }) => sum + (schedule.bytes[near] ?? 0), 0);
  if (bytes > consumer.bytes || !parts.alone || !parts.consumer) return undefined;
  return { regions, jobs: stripJobs(strips, parts) };
}

/**
 * Cycles of a pair without transfers: the busiest module with its dispatches, and the strip that the other one is
 * ahead or behind.
 */
function estimated(strips: readonly Strip[], options: StripOptions): Pick<StripWay, 'loads' | 'estimate'> {
  const work = new Map<string, { cycles: number; dispatch: number; strip: number }>();
  for (const part of stripParts) {
    const option = options[part];
    if (!option) continue;
    const { module, pattern, region } = option.offer;
    const own = work.get(module.name) ?? { cycles: 0, dispatch: 0, strip: Infinity };
    let cycles = 0;
    for (const strip of strips) {
      const tile = strip[part];
      if (!tile) continue;
      cycles += pattern.cycles({ region, layouts: option.layouts, tile });
      own.dispatch += module.dispatchCycles;
    }
    own.cycles += cycles;
    if (cycles > 0) own.strip = Math.min(own.strip, cycles / strips.length);
    work.set(module.name, own);
  }
  const modules = [...work];
  const ahead = (name: string): number =>
    Math.min(...modules.map(([other, { strip }]) => (other === name ? Infinity : strip)));
  return {
    loads: new Map(modules.map(([name, { cycles }]) => [name, cycles])),
    estimate: Math.max(...modules.map(([name, { cycles, dispatch }]) => cycles + dispatch + ahead(name))),
  };
}

/** Cycles that a pair takes at least, however its work is divided between the two modules. */
export function leastTogether({ alone, beside, consumer, rest }: StripOptions): number {
  const [own, following] = [leastCycles(alone), leastCycles(consumer)];
  if (beside) {
    // The part f of the producer on its own module, the rest beside the consumer: equal where f·own = following + (1 − f)·shared.
    const shared = leastCycles(beside);
    return Math.min(own, (own * (following + shared)) / (own + shared || 1));
  }
  if (rest) {
    const left = leastCycles(rest);
    return Math.max(own, (own * following + left * following) / (following + left || 1));
  }
  return Math.max(own, following);
}

/** Strip by strip: the producer on its own module, the consumer one strip behind, then its share of the producer. */
function stripJobs(
  strips: readonly Strip[],
  regions: Readonly<Record<keyof Strip, MappedRegion | undefined>>,
): StageJob[] {
  const jobs: StageJob[] = [];
  const add = (region: MappedRegion | undefined, tile: Tile | undefined): void => {
    if (region && tile) jobs.push({ region, tile });
  };
  strips.forEach(({ alone, beside }, s) => {
    add(regions.alone, alone);
    add(regions.consumer, strips[s - 1]?.consumer);
    add(regions.beside, beside);
  });
  add(regions.consumer, strips.at(-1)?.consumer);
  for (const { rest } of strips) add(regions.rest, rest);
  return jobs;
}
