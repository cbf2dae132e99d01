import type { LoopModel } from './loop-model.ts';
import type { StreamedOperand } from './timeline.ts';

/** All orders of some things. */
function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((first, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [first, ...rest]),
  );
}

/** Loop orders by the set of cut dimensions, a bit each. */
export class LoopOrders {
  readonly #loop: LoopModel;
  readonly #known = new Map<number, readonly (readonly number[])[]>();

  constructor(loop: LoopModel) {
    this.#loop = loop;
  }

  /** Reductions run innermost, so that a tile of the output stays in its buffer until it is complete. */
  of(cut: number): readonly (readonly number[])[] {
    const known = this.#known.get(cut);
    if (known) return known;
    const dimensions = [...this.#loop.dimensions.keys()].filter((d) => (cut >> d) & 1);
    const inner = dimensions.filter((d) => this.#loop.dimensions[d]?.reduction);
    const outer = dimensions.filter((d) => !inner.includes(d));
    const orders = permutations(outer).flatMap((first) =>
      permutations(inner).map((last) => [...first, ...last]),
    );
    this.#known.set(cut, orders);
    return orders;
  }
}

/**
 * Ways in the declared space, whether they fit or not: for every set of cut dimensions all sizes, all orders with
 * reductions innermost, and one or two buffers for every streamed operand that changes.
 *
 * @param streamed per streamed operand the dimensions that its boxes depend on
 */
export function spaceOf(
  dimensions: readonly { readonly sizes: number; readonly reduction: boolean }[],
  streamed: readonly (readonly number[])[],
): number {
  let space = 0;
  for (let cut = 0; cut < 1 << dimensions.length; cut++) {
    const own = dimensions.filter((_, d) => (cut >> d) & 1);
    const ways = own.reduce((product, { sizes }) => product * (sizes - 1), 1);
    const inner = own.filter(({ reduction }) => reduction).length;
    const changing = streamed.filter((all) => all.some((d) => (cut >> d) & 1)).length;
    space += ways * factorial(own.length - inner) * factorial(inner) * 2 ** changing;
  }
  return space;
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/**
 * How often the boxes of an operand are loaded, each of a nest once counting as 1. A loop along which the boxes stay
 * the same loads them again unless the buffers hold all that the loops inside go through.
 */
export function loadsPerBox(
  { model }: StreamedOperand,
  cuts: Int32Array,
  order: readonly number[],
  loop: LoopModel,
  buffers: number,
): number {
  let boxes = 1;
  let times = 1;
  for (let i = order.length - 1; i >= 0; i--) {
    const d = order[i] ?? 0;
    const cut = cuts[d] ?? 0;
    const change = model.change(d, cut);
    // Where only some tiles share a box, this much is sure: each is loaded once.
    if (change === 'sometimes') return 1;
    const count = loop.dimensions[d]?.cuts[cut]?.count ?? 1;
    if (change === 'always') boxes *= count;
    else if (boxes > buffers) times *= count;
  }
  return times;
}
