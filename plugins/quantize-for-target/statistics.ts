import { evaluateGraph, RangeAnalysis, type Graph, type Tensor, type Value } from 'match-compiler';

/** What is known of the elements of one value, per index of axis 1; in the model's own form. */
export interface ValueStatistics {
  /** No element lies outside, whatever the inputs. */
  readonly bounds: { readonly min: readonly number[]; readonly max: readonly number[] };
  /** What samples showed. */
  readonly seen?: {
    readonly min: readonly number[];
    readonly max: readonly number[];
    readonly mean: readonly number[];
    readonly variance: readonly number[];
    /** Share of elements at the upper bound. */
    readonly saturated: readonly number[];
  };
}

export class Statistics {
  readonly #ranges: RangeAnalysis;
  readonly #known = new Map<Value, ValueStatistics>();
  /** Values of the unchanged graph, by name, per sample. */
  readonly samples: readonly ReadonlyMap<string, Tensor>[];

  constructor(graph: Graph, samples: readonly (readonly Tensor[])[]) {
    this.#ranges = new RangeAnalysis(graph);
    const keep = graph.values().flatMap(({ name, constant }) => (constant ? [] : [name]));
    this.samples = samples.map((inputs) => evaluateGraph(graph, inputs, { keep }).values);
  }

  of(value: Value): ValueStatistics {
    let known = this.#known.get(value);
    if (!known) {
      known = this.#compute(value);
      this.#known.set(value, known);
    }
    return known;
  }

  #compute(value: Value): ValueStatistics {
    const extent = channelsOf(value);
    const range = this.#ranges.of(value);
    const spread = (list: readonly number[]): readonly number[] =>
      list.length === extent ? list : Array.from({ length: extent }, () => list[0] ?? 0);
    const bounds = { min: spread(range.min), max: spread(range.max) };
    const tensors = this.samples.flatMap((values) => values.get(value.name) ?? []);
    return tensors.length === 0 ? { bounds } : { bounds, seen: seenIn(tensors, extent, bounds.max) };
  }
}

/** Extent of axis 1; 1 where there is none. */
export function channelsOf({ type }: Pick<Value, 'type'>): number {
  return type.shape.length > 1 ? (type.shape[1] ?? 1) : 1;
}

function seenIn(
  tensors: readonly Tensor[],
  extent: number,
  bounds: readonly number[],
): NonNullable<ValueStatistics['seen']> {
  const list = (fill: number): number[] => Array.from({ length: extent }, () => fill);
  const [min, max, sum, squares, saturated] = [list(Infinity), list(-Infinity), list(0), list(0), list(0)];
  let count = 0;
  for (const tensor of tensors) {
    count += tensor.data.length / extent;
    forEachChannel(tensor, extent, (x, c) => {
      if (x < (min[c] ?? 0)) min[c] = x;
      if (x > (max[c] ?? 0)) max[c] = x;
      sum[c] = (sum[c] ?? 0) + x;
      squares[c] = (squares[c] ?? 0) + x * x;
      if (x === bounds[c]) saturated[c] = (saturated[c] ?? 0) + 1;
    });
  }
  const mean = sum.map((total) => total / count);
  const variance = squares.map((total, c) => Math.max(0, total / count - (mean[c] ?? 0) ** 2));
  return { min, max, mean, variance, saturated: saturated.map((hits) => hits / count) };
}

/** Every element with its index on axis 1. */
export function forEachChannel(
  { type, data }: Tensor,
  extent: number,
  visit: (element: number, channel: number, index: number) => void,
): void {
  const [batch = 1] = type.shape;
  const inner = data.length / (extent * (type.shape.length > 1 ? batch : 1));
  const numbers = data as Int32Array;
  for (let start = 0, c = 0; start < data.length; start += inner) {
    for (let i = start; i < start + inner; i++) visit(numbers[i] as number, c, i);
    if (++c === extent) c = 0;
  }
}
