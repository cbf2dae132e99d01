import {
  linkBetween,
  type LayoutChoice,
  type Offer,
  type Scratch,
  type Target,
  type Tile,
  type TiledOperand,
  type TileDimension,
  type TileRange,
  type Tiling,
} from 'match-compiler';
import { cutDimension, tileSizes, type CutDimension } from './cuts.ts';
import { OperandModel } from './operand-model.ts';
import { at, LazyTable } from './table.ts';

/**
 * Sizes are thinned out where the nest could be cut in more ways than this and the pattern has no `leastCycles`:
 * then each way has to be costed call by call.
 */
const mostUnboundedCuts = 6000;

/** Everything about a region's loop nest that does not depend on what is resident and on free memory. */
export interface LoopModel {
  readonly dimensions: readonly CutDimension[];
  /** Inputs, constants, outputs. */
  readonly operands: readonly OperandModel[];
  readonly calls: CallModel;
}

/** The ways to cut dimensions: loop nests, and shares of one nest, have many in common. */
export class CutCache {
  readonly #known = new Map<string, CutDimension>();

  get(key: string, make: () => CutDimension): CutDimension {
    const known = this.#known.get(key);
    if (known) return known;
    const made = make();
    this.#known.set(key, made);
    return made;
  }
}

/** Equal for dimensions that are cut alike: everything that `cutDimension` goes by. */
function cutKey(
  { name, reduction }: TileDimension,
  { start, extent }: TileRange,
  sizes: readonly number[],
  operands: readonly TiledOperand[],
  exact: readonly boolean[],
  outputsFrom: number,
): string {
  const axes = operands.map((operand, k) => {
    const own = operand.axes.map(({ dimension, extent, step = 1, window = 1, before = 0, per = 1 }) =>
      dimension === name ? `${extent},${step},${window},${before},${per}` : '',
    );
    return `${exact[k] ? 'exact' : ''} ${own.join(';')}`;
  });
  const [, second, third] = sizes;
  const cuts = [start, extent, sizes.length, second, third, reduction, outputsFrom];
  return [name, cuts.join(), ...axes].join('|');
}

/** A tiling of no dimensions for patterns that have none: whole operands that are never moved. */
const noTiling: Tiling = { dimensions: [], inputs: [], constants: [], outputs: [] };

/** The loop nest of an offer over a share of its region. */
export function loopModel(
  offer: Offer,
  target: Target,
  layouts: LayoutChoice,
  share: Tile,
  wanted: 'all' | 'even',
  known: CutCache,
): LoopModel {
  const { region, module, pattern } = offer;
  const tiling = pattern.tiling?.(region, layouts) ?? noTiling;
  const all = [...tiling.inputs, ...tiling.constants, ...tiling.outputs];
  const outputsFrom = tiling.inputs.length + tiling.constants.length;
  const exact = all.map(endsWithinBlock);
  const ranges = tiling.dimensions.map(
    ({ name, extent }): TileRange => share.ranges[name] ?? { start: 0, extent },
  );
  const sizes = tiling.dimensions.map(({ granule }, d) => tileSizes(ranges[d]?.extent ?? 1, granule));
  const even = wanted === 'even' ? 0 : Infinity;
  const kept = thinned(sizes, pattern.leastCycles ? even : Math.min(even, mostUnboundedCuts));
  const dimensions = tiling.dimensions.map((dimension, d) => {
    const range = ranges[d] ?? { start: 0, extent: dimension.extent };
    const own = kept[d] ?? [];
    return known.get(cutKey(dimension, range, own, all, exact, outputsFrom), () =>
      cutDimension(dimension, range, own, all, exact, outputsFrom),
    );
  });
  const { activations, constants } = module.operands;
  const { homes, memories } = target;
  let slot = 0;
  const models = (role: OperandModel['role'], list: readonly TiledOperand[]): OperandModel[] =>
    list.map((operand, index) => {
      const own = slot++;
      const near = role === 'constants' ? constants : activations;
      const home = role === 'constants' ? homes.constants : homes.activations;
      const link = role === 'outputs' ? linkBetween(target, near, home) : linkBetween(target, home, near);
      const alignment = memories[near]?.alignment ?? 1;
      return new OperandModel(role, index, operand, link, alignment, dimensions, own);
    });
  return {
    dimensions,
    operands: [
      ...models('inputs', tiling.inputs),
      ...models('constants', tiling.constants),
      ...models('outputs', tiling.outputs),
    ],
    calls: new CallModel(offer, layouts, dimensions, share),
  };
}

/** Is the operand shorter than its axes say, so that a box may end within its last block? */
function endsWithinBlock({ axes, bytes }: TiledOperand): boolean {
  const [outermost] = axes;
  return outermost !== undefined && bytes < outermost.extent * outermost.bytes;
}

/**
 * Fewer sizes: for each number of tiles the most even cut, which is the smallest size that gives it. All of them
 * while they make at most so many ways to cut the nest.
 */
function thinned(sizes: readonly (readonly number[])[], most: number): readonly (readonly number[])[] {
  const space = sizes.reduce((product, { length }) => product * length, 1);
  if (space <= most) return sizes;
  return sizes.map((list) => {
    const [extent = 1] = list;
    return list.filter((size, i) => {
      const next = list[i + 1];
      return i === 0 || next === undefined || Math.ceil(extent / next) !== Math.ceil(extent / size);
    });
  });
}

/** What calls cost, by index of call classes. */
export class CallModel {
  /** Multipliers that make one index of the call classes of all dimensions. */
  readonly steps: Int32Array;
  /** Are the parts of a tile never cheaper than the pattern's `leastCycles` of it? Without, nothing is known. */
  readonly bounded: boolean;
  readonly #offer: Offer;
  readonly #layouts: LayoutChoice;
  readonly #dimensions: readonly CutDimension[];
  readonly #share: Tile;
  readonly #cycles: LazyTable;
  readonly #least: LazyTable;
  readonly #along: readonly LazyTable[];
  readonly #dispatch: LazyTable | undefined;
  readonly #scratch = new Map<number, readonly Scratch[]>();

  constructor(offer: Offer, layouts: LayoutChoice, dimensions: readonly CutDimension[], share: Tile) {
    this.#offer = offer;
    this.#layouts = layouts;
    this.#dimensions = dimensions;
    this.#share = share;
    this.steps = new Int32Array(dimensions.length);
    let size = 1;
    // The search changes the last dimension most often: then neighbours in the tables are near.
    for (let d = dimensions.length - 1; d >= 0; d--) {
      this.steps[d] = size;
      size *= dimensions[d]?.callRanges.length ?? 1;
    }
    const { pattern } = offer;
    const call = (index: number) => ({ region: offer.region, layouts, tile: this.tile(index) });
    this.bounded = pattern.leastCycles !== undefined;
    this.#cycles = new LazyTable(size, (index) => pattern.cycles(call(index)));
    this.#least = new LazyTable(size, (index) => pattern.leastCycles?.(call(index)) ?? 0);
    this.#along = dimensions.map(
      ({ cuts }, d) =>
        new LazyTable(cuts.length, (cut) => {
          const alone = new Int32Array(dimensions.length);
          alone[d] = cut;
          return this.leastCycles(alone);
        }),
    );
    this.#dispatch = pattern.dispatchCycles
      ? new LazyTable(size, (index) => pattern.dispatchCycles?.(call(index)) ?? 0)
      : undefined;
  }

  /** Does dispatch differ from call to call? */
  get dispatchVaries(): boolean {
    return this.#dispatch !== undefined;
  }

  /** `leastCycles` of the nest where one dimension alone is cut. */
  leastAlong(dimension: number, cut: number): number {
    return this.#along[dimension]?.get(cut) ?? 0;
  }

  /** Calls whose cycles were asked for. */
  get asked(): number {
    return this.#cycles.computed + this.#least.computed;
  }

  cycles(index: number): number {
    return this.#cycles.get(index);
  }

  dispatch(index: number): number {
    return this.#dispatch?.get(index) ?? this.#offer.module.dispatchCycles;
  }

  /** Sum over all calls of a nest. */
  totalCycles(cuts: Int32Array): number {
    return this.#sum(cuts, 0, 0, this.#cycles);
  }

  /** No way to cut the nest further makes its calls cost less together. */
  leastCycles(cuts: Int32Array): number {
    return this.bounded ? this.#sum(cuts, 0, 0, this.#least) : 0;
  }

  /** Sum of the controller's cycles for all `count` calls of a nest. */
  totalDispatch(cuts: Int32Array, count: number): number {
    if (!this.#dispatch) return count * this.#offer.module.dispatchCycles;
    return this.#sum(cuts, 0, 0, this.#dispatch);
  }

  /** Index of classes of the first (or last) call of a nest. */
  cornerClass(cuts: Int32Array, corner: 'first' | 'last'): number {
    let index = 0;
    for (let d = 0; d < this.#dimensions.length; d++) {
      const classes = this.#dimensions[d]?.cuts[at(cuts, d)]?.callClasses;
      if (classes) index += at(this.steps, d) * at(classes, corner === 'first' ? 0 : classes.length - 1);
    }
    return index;
  }

  /** The largest scratch buffers that calls of a nest need. */
  scratch(cuts: Int32Array): readonly Scratch[] {
    const { region, pattern } = this.#offer;
    if (!pattern.scratch) return [];
    const most: Scratch[] = [];
    const visit = (d: number, index: number): void => {
      const dimension = this.#dimensions[d];
      if (dimension) {
        for (const kind of dimension.cuts[at(cuts, d)]?.callKinds ?? []) {
          visit(d + 1, index + kind * at(this.steps, d));
        }
        return;
      }
      let needs = this.#scratch.get(index);
      if (!needs) {
        needs = pattern.scratch?.({ region, layouts: this.#layouts, tile: this.tile(index) }) ?? [];
        this.#scratch.set(index, needs);
      }
      needs.forEach((need, i) => {
        const other = most[i];
        most[i] = {
          memory: need.memory,
          bytes: Math.max(need.bytes, other?.bytes ?? 0),
          alignment: Math.max(need.alignment, other?.alignment ?? 1),
        };
      });
    };
    visit(0, 0);
    return most;
  }

  /** The tile that stands for an index of classes. */
  tile(index: number): Tile {
    if (this.#dimensions.length === 0) return this.#share;
    const ranges: Record<string, TileRange> = {};
    for (const [d, { name, callRanges }] of this.#dimensions.entries()) {
      const range = callRanges[Math.floor(index / at(this.steps, d)) % callRanges.length];
      if (range) ranges[name] = range;
    }
    return { ranges };
  }

  #sum(cuts: Int32Array, d: number, index: number, table: LazyTable): number {
    const dimension = this.#dimensions[d];
    if (!dimension) return table.get(index);
    const cut = dimension.cuts[at(cuts, d)];
    if (!cut) return 0;
    const { callKinds, callCounts } = cut;
    const step = at(this.steps, d);
    let sum = 0;
    for (let k = 0; k < callKinds.length; k++) {
      sum += at(callCounts, k) * this.#sum(cuts, d + 1, index + step * at(callKinds, k), table);
    }
    return sum;
  }
}
