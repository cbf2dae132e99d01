import {
  layoutBytes,
  type Layout,
  type MappedRegion,
  type Stage,
  type Target,
  type Value,
} from 'match-compiler';
import type { RegionChoice } from './options.ts';

/** What is known after the first regions of the sequence. */
export interface State {
  /** Values that live in a memory other than the home of activations and are read later. */
  readonly places: ReadonlyMap<Value, string>;
  /** Cycles of all stages so far. */
  readonly cycles: number;
  /** By how much the last stage makes the one before it end later. */
  readonly delay: number;
  readonly stage: Stage | undefined;
  readonly before: State | undefined;
  /** Places that were decided by the last stage. */
  readonly decided: ReadonlyMap<Value, string>;
  /** Bytes used while the last stage ran, by memory. */
  readonly used: ReadonlyMap<string, number>;
}

export const initialState: State = {
  places: new Map(),
  cycles: 0,
  delay: 0,
  stage: undefined,
  before: undefined,
  decided: new Map(),
  used: new Map(),
};

/** Two states with the same key have the same futures but for what the last stage left to overlap with. */
export function stateKey({ places, stage }: State): string {
  const near = [...places].map(([value, place]) => `${value.id}@${place}`).sort();
  const modules = new Set(stage?.regions.map(({ module }) => module.name));
  return `${near.join()} ${[...modules].sort().join()} ${stage?.regions.length ?? 0}`;
}

/** Do the same values live in the same near memories? */
export function samePlaces(a: ReadonlyMap<Value, string>, b: ReadonlyMap<Value, string>): boolean {
  return a.size === b.size && [...a].every(([value, place]) => b.get(value) === place);
}

/** Until when values are needed, and how many bytes they take. */
export class Lifetimes {
  readonly #lastRead = new Map<Value, number>();
  readonly #layouts = new Map<Value, Layout | undefined>();
  readonly #views: ReadonlyMap<Value, Value>;
  readonly #target: Target;
  readonly #outputs: ReadonlySet<Value>;

  constructor(
    regions: readonly RegionChoice[],
    views: ReadonlyMap<Value, Value>,
    outputs: readonly Value[],
    target: Target,
  ) {
    this.#views = views;
    this.#target = target;
    this.#outputs = new Set(outputs.map((value) => this.source(value)));
    regions.forEach(({ inputs, outputs, options: [{ layouts }] }, i) => {
      for (const input of inputs) this.#lastRead.set(this.source(input), i);
      outputs.forEach((output, o) => this.#layouts.set(output, layouts.outputs[o]));
    });
  }

  /** The value whose memory a value is. */
  source(value: Value): Value {
    let source = value;
    for (let next = this.#views.get(source); next; next = this.#views.get(source)) source = next;
    return source;
  }

  isOutput(value: Value): boolean {
    return this.#outputs.has(this.source(value));
  }

  readAfter(value: Value, region: number): boolean {
    return (this.#lastRead.get(this.source(value)) ?? -1) > region;
  }

  bytes(value: Value, memory: string): number {
    const alignment = this.#target.memories[memory]?.alignment ?? 1;
    return Math.ceil(layoutBytes(this.#layouts.get(value), value.type) / alignment) * alignment;
  }

  /** Bytes of `memory` that the given values take. */
  total(places: ReadonlyMap<Value, string>, memory: string): number {
    let sum = 0;
    for (const [value, place] of places) if (place === memory) sum += this.bytes(value, memory);
    return sum;
  }
}

/** Regions of a stage with final numbers. */
export function renumber(stages: readonly Stage[]): {
  readonly stages: Stage[];
  readonly regions: MappedRegion[];
} {
  const regions: MappedRegion[] = [];
  const numbered = stages.map((stage): Stage => {
    const renamed = new Map(
      stage.regions.map((region) => {
        const copy = { ...region, id: regions.length };
        regions.push(copy);
        return [region, copy];
      }),
    );
    const copyOf = (region: MappedRegion): MappedRegion => renamed.get(region) ?? region;
    return {
      ...stage,
      regions: stage.regions.map(copyOf),
      jobs: stage.jobs.map(({ region, tile }) => ({ region: copyOf(region), tile })),
    };
  });
  return { stages: numbered, regions };
}
