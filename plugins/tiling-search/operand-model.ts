import { transferCycles, type Link, type TiledOperand } from 'match-compiler';
import type { AxisRuns, CutDimension } from './cuts.ts';
import { at, LazyTable } from './table.ts';

/** What the boxes of an operand cost to move and to hold. */
export class OperandModel {
  readonly role: 'inputs' | 'constants' | 'outputs';
  readonly index: number;
  readonly operand: TiledOperand;
  /** The way it moves; undefined where there is none: then it can only stay where it lies. */
  readonly link: Link | undefined;
  /** Bytes of a buffer are multiples of it. */
  readonly alignment: number;
  /** Indices of the dimensions that its boxes depend on, the last one first. */
  readonly dimensions: readonly number[];
  /** Multipliers that make one index of the classes (or identities, or cuts) of its dimensions. */
  readonly classSteps: Int32Array;
  readonly identitySteps: Float64Array;
  readonly #cutSteps: Int32Array;
  readonly #nest: readonly CutDimension[];
  /** Its place among the operands of the loop nest. */
  readonly slot: number;
  readonly #cycles: LazyTable;
  readonly #issue: LazyTable;
  readonly #bytes: LazyTable;
  readonly #totalCycles: LazyTable;
  readonly #totalIssue: LazyTable;
  readonly #leastCycles: LazyTable;
  readonly #largest: LazyTable;
  /** Per dimension: what its classes stand for, and which axes they are of. */
  readonly #decoded: readonly { readonly ranges: readonly AxisRuns[]; readonly axes: readonly number[] }[];
  readonly #wholeExtents: Int32Array;
  /** No dimension changes an axis of no elements. */
  readonly #alwaysEmpty: boolean;
  readonly #extents: Int32Array;
  readonly #starts: Int32Array;

  constructor(
    role: OperandModel['role'],
    index: number,
    operand: TiledOperand,
    link: Link | undefined,
    alignment: number,
    nest: readonly CutDimension[],
    slot: number,
  ) {
    this.role = role;
    this.index = index;
    this.operand = operand;
    this.link = link;
    this.alignment = alignment;
    this.#nest = nest;
    this.slot = slot;
    this.#extents = new Int32Array(operand.axes.length);
    this.#starts = new Int32Array(operand.axes.length);
    // The last one first: the search changes it most often, and neighbours in the tables are near.
    this.dimensions = nest.flatMap(({ axes }, d) => ((axes[slot] ?? []).length > 0 ? [d] : [])).reverse();
    this.#decoded = this.dimensions.map((d) => ({
      ranges: nest[d]?.boxRanges[slot] ?? [],
      axes: nest[d]?.axes[slot] ?? [],
    }));
    this.#wholeExtents = Int32Array.from(operand.axes, ({ extent }) => extent);
    const cut = new Set(this.#decoded.flatMap(({ axes }) => axes));
    this.#alwaysEmpty = operand.axes.some(({ extent }, i) => extent === 0 && !cut.has(i));
    this.classSteps = new Int32Array(nest.length);
    this.identitySteps = new Float64Array(nest.length);
    this.#cutSteps = new Int32Array(nest.length);
    let [classes, identities, cuts] = [1, 1, 1];
    for (const d of this.dimensions) {
      this.classSteps[d] = classes;
      this.identitySteps[d] = identities;
      this.#cutSteps[d] = cuts;
      classes *= nest[d]?.boxRanges[slot]?.length ?? 1;
      identities *= nest[d]?.identities[slot] ?? 1;
      cuts *= nest[d]?.cuts.length ?? 1;
    }
    this.#cycles = new LazyTable(classes, (i) => this.#boxCycles(i, false));
    this.#issue = new LazyTable(classes, (i) => this.#boxIssue(i));
    this.#bytes = new LazyTable(classes, (i) => this.#boxBytes(i));
    const least = new LazyTable(classes, (i) => this.#boxCycles(i, true));
    this.#totalCycles = new LazyTable(cuts, (i) => this.#sum(this.#cycles, i));
    this.#totalIssue = new LazyTable(cuts, (i) => this.#sum(this.#issue, i));
    this.#leastCycles = new LazyTable(cuts, (i) => this.#sum(least, i));
    this.#largest = new LazyTable(cuts, (i) => this.#largestOf(i));
  }

  /** Cycles of its channel for a box, by index of classes. */
  cycles(index: number): number {
    return this.#cycles.get(index);
  }

  /** Cycles of the controller for a box, by index of classes. */
  issue(index: number): number {
    return this.#issue.get(index);
  }

  /** Bytes of a box, by index of classes. */
  bytes(index: number): number {
    return this.#bytes.get(index);
  }

  /** Cycles of its channel for all boxes of a nest, each once. */
  totalCycles(cuts: Int32Array): number {
    return this.#totalCycles.get(this.#cutIndex(cuts));
  }

  /** Cycles of the controller for all boxes of a nest, each once. */
  totalIssue(cuts: Int32Array): number {
    return this.#totalIssue.get(this.#cutIndex(cuts));
  }

  /** A lower bound of the cycles of all boxes that only grows where a tile is cut further. */
  leastCycles(cuts: Int32Array): number {
    return this.#leastCycles.get(this.#cutIndex(cuts));
  }

  /** Bytes of one tile buffer: the largest box, what may be read behind it, up to the next aligned address. */
  bufferBytes(cuts: Int32Array): number {
    return this.#largest.get(this.#cutIndex(cuts));
  }

  /** Index of classes of the first (or last) box of a nest. */
  cornerClass(cuts: Int32Array, corner: 'first' | 'last'): number {
    let index = 0;
    for (const d of this.dimensions) {
      const cut = this.#nest[d]?.cuts[at(cuts, d)];
      const classes = cut?.parts[this.slot]?.classes;
      if (classes) index += at(this.classSteps, d) * at(classes, corner === 'first' ? 0 : classes.length - 1);
    }
    return index;
  }

  /** Different boxes along a cut dimension. */
  runs(dimension: number, cut: number): number {
    return this.#nest[dimension]?.cuts[cut]?.parts[this.slot]?.runs ?? 1;
  }

  /** How its boxes change along a cut dimension. */
  change(dimension: number, cut: number): 'never' | 'always' | 'sometimes' {
    return this.#nest[dimension]?.cuts[cut]?.parts[this.slot]?.change ?? 'never';
  }

  #cutIndex(cuts: Int32Array): number {
    let index = 0;
    for (const d of this.dimensions) index += at(cuts, d) * at(this.#cutSteps, d);
    return index;
  }

  /** Sum over all boxes of the nest with the cuts of this index. */
  #sum(table: LazyTable, cutIndex: number, i = 0, index = 0): number {
    const d = this.dimensions[i];
    if (d === undefined) return table.get(index);
    const cuts = this.#nest[d]?.cuts ?? [];
    const part = cuts[cutIndex % cuts.length]?.parts[this.slot];
    if (!part) return 0;
    const rest = Math.floor(cutIndex / cuts.length);
    const step = at(this.classSteps, d);
    let sum = 0;
    for (let k = 0; k < part.kinds.length; k++) {
      sum += at(part.counts, k) * this.#sum(table, rest, i + 1, index + at(part.kinds, k) * step);
    }
    return sum;
  }

  #largestOf(cutIndex: number): number {
    const bytes = this.#largestBox(cutIndex, 0, 0) + (this.operand.guardBytes ?? 0);
    return this.alignment * Math.ceil(bytes / this.alignment);
  }

  #largestBox(cutIndex: number, i: number, index: number): number {
    const d = this.dimensions[i];
    if (d === undefined) return this.#bytes.get(index);
    const cuts = this.#nest[d]?.cuts ?? [];
    const part = cuts[cutIndex % cuts.length]?.parts[this.slot];
    if (!part) return 0;
    const rest = Math.floor(cutIndex / cuts.length);
    const step = at(this.classSteps, d);
    if (part.largest >= 0) return this.#largestBox(rest, i + 1, index + part.largest * step);
    let most = 0;
    for (let k = 0; k < part.kinds.length; k++) {
      most = Math.max(most, this.#largestBox(rest, i + 1, index + at(part.kinds, k) * step));
    }
    return most;
  }

  /** Reads the ranges of a box into the buffers; false where it is empty. */
  #decode(index: number): boolean {
    this.#extents.set(this.#wholeExtents);
    this.#starts.fill(0);
    let rest = index;
    let empty = this.#alwaysEmpty;
    for (const { ranges, axes } of this.#decoded) {
      const runs = ranges[rest % ranges.length]?.ranges;
      rest = Math.floor(rest / ranges.length);
      for (let j = 0; j < axes.length; j++) {
        const run = runs?.[j];
        const i = axes[j] ?? 0;
        const extent = run?.extent ?? 1;
        this.#extents[i] = extent;
        this.#starts[i] = run?.start ?? 0;
        if (extent === 0) empty = true;
      }
    }
    return !empty;
  }

  #boxBytes(index: number): number {
    if (!this.#decode(index)) return 0;
    const { axes, bytes } = this.operand;
    let dense = axes.length === 0 ? bytes : (axes.at(-1)?.bytes ?? 0);
    let offset = 0;
    for (let i = 0; i < axes.length; i++) {
      dense *= at(this.#extents, i);
      offset += at(this.#starts, i) * (axes[i]?.bytes ?? 0);
    }
    return Math.min(dense, Math.max(0, bytes - offset));
  }

  /**
   * The runs of a box as `boxRows` finds them.
   *
   * `least`: one start for the whole box instead of one per plane. That never exceeds the cycles of its parts
   * together: they have at least a start each, and rows that are cut have no fewer bursts and rounded-up cycles.
   * With a start per plane it could, where parts have fewer planes than the whole has.
   */
  #boxCycles(index: number, least: boolean): number {
    const boxBytes = this.bytes(index);
    const { link } = this;
    if (!link || !this.#decode(index) || boxBytes === 0) return 0;
    const { rowBytes, rows, planes } = this.#runs(boxBytes);
    if (!least) {
      const each = transferCycles(link, rows, rowBytes);
      return planes * each;
    }
    return link.startCycles + planes * (transferCycles(link, rows, rowBytes) - link.startCycles);
  }

  #boxIssue(index: number): number {
    const boxBytes = this.bytes(index);
    if (!this.link || !this.#decode(index) || boxBytes === 0) return 0;
    return this.#runs(boxBytes).planes * this.link.enqueueCycles;
  }

  #runs(boxBytes: number): { readonly rowBytes: number; readonly rows: number; readonly planes: number } {
    const { axes, bytes } = this.operand;
    let rowBytes = axes.length === 0 ? bytes : (axes.at(-1)?.bytes ?? 0);
    let [rows, planes] = [1, 1];
    // The innermost level of runs that is not yet complete.
    let [levels, count, stride] = [0, 1, 0];
    for (let i = axes.length - 1; i >= 0; i--) {
      const extent = at(this.#extents, i);
      const step = axes[i]?.bytes ?? 0;
      if (extent === 1) continue;
      if (levels === 0 && step === rowBytes) rowBytes *= extent;
      else if (levels > 0 && step === stride * count) {
        count *= extent;
        if (levels === 1) rows = count;
        else planes *= extent;
      } else {
        levels++;
        count = extent;
        stride = step;
        if (levels === 1) rows = extent;
        else planes *= extent;
      }
    }
    return { rowBytes: Math.min(rowBytes, boxBytes), rows, planes };
  }
}
