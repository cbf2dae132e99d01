import {
  axisRange,
  type OperandAxis,
  type TiledOperand,
  type TileDimension,
  type TileRange,
} from 'match-compiler';

/**
 * What one operand needs of each tile along one dimension. Tiles that need equally long runs are of one class:
 * their transfers cost the same.
 */
export interface CutPart {
  /** Per tile: identity of the runs that it needs. */
  readonly ids: Int32Array;
  /** Per tile: class of the runs. */
  readonly classes: Int32Array;
  /** Classes of different runs, each once, and how many runs are of it. */
  readonly kinds: Int32Array;
  readonly counts: Int32Array;
  /** Number of different runs. */
  readonly runs: number;
  /** The class of the longest runs; −1 where none is the longest in every axis. */
  readonly largest: number;
  /** Do all tiles need the same, or each its own? */
  readonly change: 'never' | 'always' | 'sometimes';
}

/** One way to cut a dimension: tiles of `size`, the last one what is left. */
export interface Cut {
  readonly size: number;
  readonly count: number;
  /** Per tile: class of its calls. Tiles of one class look the same to a kernel. */
  readonly callClasses: Int32Array;
  readonly callKinds: Int32Array;
  readonly callCounts: Int32Array;
  /** Per operand of the loop nest; undefined where it does not depend on the dimension. */
  readonly parts: readonly (CutPart | undefined)[];
}

/** The runs of an operand's axes along one dimension that stand for a class. */
export interface AxisRuns {
  readonly ranges: readonly TileRange[];
}

/** A dimension with all the ways to cut it. */
export interface CutDimension {
  readonly name: string;
  readonly range: TileRange;
  readonly reduction: boolean;
  /** The whole first, then from large to small tiles. */
  readonly cuts: readonly Cut[];
  /** One range per class of calls. */
  readonly callRanges: readonly TileRange[];
  /** Per operand: the runs that stand for each class, in the order of `axes`. */
  readonly boxRanges: readonly (readonly AxisRuns[])[];
  /** Per operand: its axes along this dimension. */
  readonly axes: readonly (readonly number[])[];
  /** Per operand: number of different runs. */
  readonly identities: readonly number[];
}

/** More than any number in a key: extents and what reaches beyond them. */
const keyBase = 2 ** 26;

/** Numbers things by keys of several small numbers, in the order of their first appearance. */
class Registry<T> {
  /** From a prefix and the number behind it to the longer prefix. */
  readonly #next = new Map<number, number>();
  readonly #ids: (number | undefined)[] = [];
  #prefixes = 1;
  readonly values: T[] = [];

  id(key: readonly number[], value: T): number {
    let prefix = 0;
    for (const number of key) {
      const step = prefix * keyBase + number;
      let next = this.#next.get(step);
      if (next === undefined) {
        next = this.#prefixes++;
        this.#next.set(step, next);
      }
      prefix = next;
    }
    const known = this.#ids[prefix];
    if (known !== undefined) return known;
    this.#ids[prefix] = this.values.length;
    this.values.push(value);
    return this.values.length - 1;
  }
}

interface Look {
  readonly call: number;
  readonly ids: readonly number[];
  readonly classes: readonly number[];
}

/**
 * Every way to cut `range` of a dimension into tiles of the given sizes.
 * @param outputsFrom index of the first operand that is written; cuts whose tiles share a box of one, but not all of
 *   them, are left out
 * @param exact operands whose transfers depend on where their runs lie, because they end within a block
 */
export function cutDimension(
  { name, reduction }: TileDimension,
  range: TileRange,
  sizes: readonly number[],
  operands: readonly TiledOperand[],
  exact: readonly boolean[],
  outputsFrom: number,
): CutDimension {
  const axes = operands.map((operand) =>
    operand.axes.flatMap((axis, i) => (axis.dimension === name ? [i] : [])),
  );
  const calls = new Registry<TileRange>();
  const identities = operands.map(() => new Registry<null>());
  const boxes = operands.map(() => new Registry<AxisRuns>());
  const looks = new Map<number, Look>();
  const lookAt = (start: number, extent: number): Look => {
    const key = start * (range.extent + 1) + extent;
    const known = looks.get(key);
    if (known) return known;
    const tile = { start: range.start + start, extent };
    const look = [extent];
    if (reduction) look.push(start === 0 ? 1 : 0, start + extent === range.extent ? 1 : 0);
    const ids: number[] = [];
    const classes: number[] = [];
    operands.forEach((operand, k) => {
      const runs: TileRange[] = [];
      const identity: number[] = [];
      const shape: number[] = [];
      for (const i of axes[k] ?? []) {
        const axis = axisAt(operand, i);
        const run = axisRange(axis, tile);
        runs.push(run);
        look.push(run.extent, ...reachOf(axis, tile));
        identity.push(run.start, run.extent);
        shape.push(run.extent);
      }
      ids.push(identities[k]?.id(identity, null) ?? 0);
      classes.push(boxes[k]?.id(exact[k] ? identity : shape, { ranges: runs }) ?? 0);
    });
    const made = { call: calls.id(look, tile), ids, classes };
    looks.set(key, made);
    return made;
  };
  const cuts = sizes.map((size): Cut => {
    const count = Math.ceil(range.extent / size);
    const tiles: Look[] = [];
    const callClasses = new Int32Array(count);
    for (let i = 0; i < count; i++) {
      const tile = lookAt(i * size, Math.min(size, range.extent - i * size));
      tiles.push(tile);
      callClasses[i] = tile.call;
    }
    const [callKinds, callCounts] = histogram(callClasses);
    const parts = operands.map((_, k) => {
      if ((axes[k] ?? []).length === 0) return undefined;
      const largestOf = (kinds: Int32Array): number =>
        exact[k] ? -1 : longest(kinds, boxes[k]?.values ?? []);
      return partOf(tiles, k, largestOf);
    });
    return { size, count, callClasses, callKinds, callCounts, parts };
  });
  const writes = axes.some((own, k) => k >= outputsFrom && own.length > 0);
  return {
    name,
    range,
    // What no output depends on adds up like a reduction.
    reduction: reduction || !writes,
    cuts: cuts.filter(({ parts }) =>
      parts.every((part, k) => k < outputsFrom || part?.change !== 'sometimes'),
    ),
    callRanges: calls.values,
    boxRanges: boxes.map((registry) => registry.values),
    axes,
    identities: identities.map((registry) => registry.values.length),
  };
}

function partOf(tiles: readonly Look[], operand: number, largestOf: (kinds: Int32Array) => number): CutPart {
  const count = tiles.length;
  const ids = new Int32Array(count);
  const classes = new Int32Array(count);
  const firsts = new Int32Array(count);
  let different = 0;
  for (let i = 0; i < count; i++) {
    const id = tiles[i]?.ids[operand] ?? 0;
    const own = tiles[i]?.classes[operand] ?? 0;
    // Runs move on with the tiles: equal ones are neighbours.
    if (i === 0 || id !== ids[i - 1]) firsts[different++] = own;
    ids[i] = id;
    classes[i] = own;
  }
  const [kinds, counts] = histogram(firsts.subarray(0, different));
  const change = different === 1 ? 'never' : different === count ? 'always' : 'sometimes';
  return { ids, classes, kinds, counts, runs: different, largest: largestOf(kinds), change };
}

/** The class whose runs are all at least as long as those of every other one; −1 where there is none. */
function longest(kinds: Int32Array, runs: readonly AxisRuns[]): number {
  const extents = (kind: number): readonly number[] => (runs[kind]?.ranges ?? []).map(({ extent }) => extent);
  const found = kinds.find((kind) =>
    kinds.every((other) => {
      const own = extents(kind);
      return extents(other).every((extent, i) => extent <= (own[i] ?? 0));
    }),
  );
  return found ?? -1;
}

function axisAt(operand: TiledOperand, i: number): OperandAxis {
  const axis = operand.axes[i];
  if (!axis) throw new RangeError(`an operand has no axis ${i}`);
  return axis;
}

/** How far the window of a tile reaches beyond the operand, before and behind it. */
function reachOf(axis: OperandAxis, { start, extent }: TileRange): readonly [number, number] {
  const { step = 1, window = 1, before = 0, per = 1 } = axis;
  const first = Math.floor((start * step - before) / per);
  const end = Math.ceil(((start + extent - 1) * step - before + window) / per);
  return [Math.max(0, -first), Math.max(0, end - axis.extent)];
}

/** How often each value occurs, in the order of their first appearance: few values, most of them in long runs. */
function histogram(values: Int32Array): readonly [kinds: Int32Array, counts: Int32Array] {
  const kinds: number[] = [];
  const counts: number[] = [];
  let last = -1;
  for (const value of values) {
    if (kinds[last] !== value) {
      last = kinds.indexOf(value);
      if (last < 0) last = kinds.push(value) - 1;
    }
    counts[last] = (counts[last] ?? 0) + 1;
  }
  return [Int32Array.from(kinds), Int32Array.from(counts)];
}

/** Sizes of tiles: the whole, then every smaller multiple of the granule, from large to small. */
export function tileSizes(extent: number, granule: number): number[] {
  const sizes = [extent];
  for (let size = granule * Math.floor((extent - 1) / granule); size > 0; size -= granule) sizes.push(size);
  return sizes;
}
