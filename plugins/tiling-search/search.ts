import type { SearchCertificate } from 'match-compiler';
import type { LoopModel } from './loop-model.ts';
import type { OperandModel } from './operand-model.ts';
import { loadsPerBox, LoopOrders, spaceOf } from './orders.ts';
import { at } from './table.ts';
import { Timeline, type Engines, type StreamedOperand, type TileOrder } from './timeline.ts';

export interface SearchProblem {
  readonly loop: LoopModel;
  readonly engines: Engines;
  readonly loads: readonly StreamedOperand[];
  readonly stores: readonly StreamedOperand[];
  /** Bytes for the buffers of activations and for scratch there, and the memory's name and alignment. */
  readonly bytes: number;
  readonly near: string;
  readonly alignment: number;
  /** Bytes for the buffers of constants, where they lie in a memory of their own. */
  readonly constantBytes: number | undefined;
  /** contention[module][…] of each engine by the module: how much slower it is while the module is busy. */
  readonly slowedByModule: Float64Array;
}

export interface FoundWay extends TileOrder {
  readonly cycles: number;
  readonly certificate: SearchCertificate;
}

/** Cycles that may be lost to rounding: what is closer counts as equal. */
const tolerance = 1e-6;

/** Calls of a layer beyond which it is no answer any more: a few bytes at a time, on a memory that is too small. */
const mostTiles = 2000;

/** Cuts per dimension that are tried first, as numbers of tiles. */
const seedCounts = [1, 2, 4];
const seedsEvaluated = 6;

/**
 * The cheapest way to run a loop nest: every size of tiles, every order of the loops with reductions innermost, one
 * or two buffers per operand that changes; at most 2,000 tiles. Branch and bound, depth first over the dimensions; what
 * is left out costs at least as much as the answer by one of these bounds, each from the work of one engine alone and
 * what must come before and behind it:
 * - module: first loads, all calls, last stores; dispatch too where the queue takes one call
 * - a channel of loads: all loads, the last call, last stores; slower while the module is busy
 * - a channel of stores: first loads, a call, all stores
 * - controller: all dispatches and enqueued loads, the last call, last stores
 * - one buffer: the module idles while it is filled or emptied
 * Equal costs: what comes first in the order of the search.
 *
 * @returns undefined where nothing fits
 */
export function searchTiles(problem: SearchProblem): FoundWay | undefined {
  return new TileSearch(problem).run();
}

/** Cycles from the beginning to the first call, and from the end of the last one to the end. */
interface Ends {
  readonly head: number;
  readonly tail: number;
}

class TileSearch {
  readonly #problem: SearchProblem;
  readonly #timeline: Timeline;
  readonly #orders: LoopOrders;
  readonly #streams: readonly StreamedOperand[];
  readonly #cuts: Int32Array;
  /** The cuts that were decided, the others at their smallest tiles. */
  readonly #smallest: Int32Array;
  readonly #seeds = new Set<number>();
  /** Per engine, for the bounds. */
  readonly #inbound: Float64Array;
  readonly #outbound: Float64Array;
  readonly #first: Float64Array;
  #best: TileOrder | undefined;
  #cycles = Infinity;
  #evaluated = 0;

  constructor(problem: SearchProblem) {
    const { loop, engines, loads, stores } = problem;
    this.#problem = problem;
    this.#timeline = new Timeline(loop, engines, loads, stores);
    this.#orders = new LoopOrders(loop);
    this.#streams = [...loads, ...stores];
    this.#cuts = new Int32Array(loop.dimensions.length);
    this.#inbound = new Float64Array(engines.names.length);
    this.#outbound = new Float64Array(engines.names.length);
    this.#first = new Float64Array(engines.names.length);
    this.#smallest = Int32Array.from(loop.dimensions, ({ cuts }) => cuts.length - 1);
  }

  run(): FoundWay | undefined {
    this.#trySeeds();
    this.#descend(0, 1, this.#problem.loop.calls.leastCycles(this.#cuts));
    if (!this.#best) return undefined;
    return {
      ...this.#best,
      cycles: this.#cycles,
      certificate: {
        space: spaceOf(
          this.#problem.loop.dimensions.map(({ cuts, reduction }) => ({ sizes: cuts.length, reduction })),
          this.#streams.map(({ model }) => model.dimensions),
        ),
        evaluated: this.#evaluated,
        lowerBound: this.#cycles,
      },
    };
  }

  /** Good answers early: a few even cuts of each dimension, the most promising ones in full. */
  #trySeeds(): void {
    const { dimensions } = this.#problem.loop;
    const choices = dimensions.map(({ cuts }) => {
      const wanted = seedCounts.map((count) => cuts.findLastIndex((cut) => cut.count === count));
      return [...new Set(wanted.filter((index) => index >= 0))];
    });
    const seeds: { readonly cuts: Int32Array; readonly bound: number }[] = [];
    const visit = (d: number): void => {
      if (d < dimensions.length) {
        for (const choice of choices[d] ?? []) {
          this.#cuts[d] = choice;
          visit(d + 1);
        }
        return;
      }
      const bound = this.#cutBound();
      if (bound < Infinity) seeds.push({ cuts: this.#cuts.slice(), bound });
    };
    visit(0);
    seeds.sort((a, b) => a.bound - b.bound);
    for (const { cuts } of seeds.slice(0, seedsEvaluated)) {
      this.#cuts.set(cuts);
      this.#seeds.add(this.#cutIndex());
      this.#leaf();
    }
    this.#cuts.fill(0);
  }

  /**
   * Decides the cuts of dimension `d` and on.
   * @param tiles along the dimensions before
   * @param compute cycles of all calls at least, with `d` and what follows whole
   */
  #descend(d: number, tiles: number, compute: number): void {
    const { dimensions, calls } = this.#problem.loop;
    const dimension = dimensions[d];
    if (!dimension) {
      if (!this.#seeds.has(this.#cutIndex())) this.#leaf();
      return;
    }
    const { cuts } = dimension;
    const smallest = at(this.#smallest, d);
    const moved = this.#startBound(d);
    for (let i = 0; i < cuts.length; i++) {
      const count = tiles * (cuts[i]?.count ?? 1);
      // From here on there are only more tiles.
      if (count > mostTiles || this.#callBound(count, compute) >= this.#cycles - tolerance) break;
      const along = Math.max(compute, calls.leastAlong(d, i));
      // What costs least to know, first.
      if (this.#callBound(count, along) >= this.#cycles - tolerance) continue;
      if (moved(i, along) >= this.#cycles - tolerance) continue;
      this.#cuts[d] = i;
      this.#smallest[d] = i;
      if (!this.#fits(this.#smallest)) continue;
      if (this.#partBound(count, along) >= this.#cycles - tolerance) continue;
      // Costs most to know, so last.
      const own = i === 0 ? compute : Math.max(along, calls.leastCycles(this.#cuts));
      if (own > along && this.#partBound(count, own) >= this.#cycles - tolerance) continue;
      this.#descend(d + 1, count, own);
    }
    this.#cuts[d] = 0;
    this.#smallest[d] = smallest;
  }

  #cutIndex(): number {
    let index = 0;
    this.#problem.loop.dimensions.forEach(({ cuts }, d) => (index = index * cuts.length + at(this.#cuts, d)));
    return index;
  }

  /** Do the buffers fit, one per operand? */
  #fits(cuts: Int32Array): boolean {
    const { bytes, constantBytes } = this.#problem;
    let shared = 0;
    let constants = 0;
    for (const { model } of this.#streams) {
      const own = model.bufferBytes(cuts);
      if (constantBytes !== undefined && model.role === 'constants') constants += own;
      else shared += own;
    }
    return shared <= bytes && constants <= (constantBytes ?? Infinity);
  }

  /**
   * A lower bound for all ways to cut dimension `d` and what follows, given those before: every further box of an
   * operand takes another start.
   *
   * @returns the bound by cut of `d` and the least cycles of all calls
   */
  #startBound(d: number): (cut: number, compute: number) => number {
    const { loads } = this.#problem;
    const moves = this.#streams.map(({ model, engine }, k) => {
      let boxes = 1;
      for (let e = 0; e < d; e++) boxes *= model.runs(e, at(this.#cuts, e));
      const perRun = boxes * (model.link?.startCycles ?? 0);
      const busy = k < loads.length ? this.#inbound : this.#outbound;
      return { model, engine, busy, base: model.leastCycles(this.#cuts), perRun };
    });
    const ends = this.#leastEnds();
    return (cut, compute) => {
      this.#inbound.fill(0);
      this.#outbound.fill(0);
      for (const { model, engine, busy, base, perRun } of moves) {
        busy[engine] = at(busy, engine) + base + (model.runs(d, cut) - 1) * perRun;
      }
      return this.#channelBound(ends, compute);
    };
  }

  /** Cycles before the first call and behind the last one at least, with the open dimensions least in `smallest`. */
  #leastEnds(): Ends {
    const { loads, stores } = this.#problem;
    const first = this.#first.fill(0);
    let head = 0;
    for (const { model, engine } of loads) {
      first[engine] = at(first, engine) + leastMove(model, this.#smallest, 'first');
      head = Math.max(head, at(first, engine));
    }
    let tail = 0;
    for (const { model } of stores) tail = Math.max(tail, leastMove(model, this.#smallest, 'last'));
    return { head, tail };
  }

  /** A lower bound from calls and dispatch alone. */
  #callBound(tiles: number, compute: number): number {
    const { loop, engines } = this.#problem;
    // Where a pattern says that dispatch differs from call to call, nothing is known of it.
    const dispatch = loop.calls.dispatchVaries ? 0 : loop.calls.dispatch(0);
    const inTurn = engines.blocking || engines.depth === 1;
    return Math.max(tiles * dispatch, compute + (inTurn ? tiles : 1) * dispatch);
  }

  /**
   * A lower bound for all ways to cut the open dimensions, which are whole in `cuts` and least in `smallest`.
   * @param compute cycles of all calls at least
   */
  #partBound(tiles: number, compute: number): number {
    const { loads, stores } = this.#problem;
    const inbound = this.#inbound.fill(0);
    const outbound = this.#outbound.fill(0);
    const ends = this.#leastEnds();
    for (const { model, engine } of loads) {
      inbound[engine] = at(inbound, engine) + model.leastCycles(this.#cuts);
    }
    for (const { model, engine } of stores) {
      outbound[engine] = at(outbound, engine) + model.leastCycles(this.#cuts);
    }
    return Math.max(
      ends.head + this.#callBound(tiles, compute) + ends.tail,
      this.#channelBound(ends, compute),
    );
  }

  /** A lower bound from the channels alone, whose cycles are in `inbound` and `outbound`. */
  #channelBound({ head, tail }: Ends, compute: number): number {
    const { loop, engines, slowedByModule } = this.#problem;
    const dispatch = loop.calls.dispatchVaries ? 0 : loop.calls.dispatch(0);
    let most = 0;
    for (let e = 1; e < engines.names.length; e++) {
      const [inbound, outbound] = [at(this.#inbound, e), at(this.#outbound, e)];
      // A channel makes up for what it loses while the module is busy. The last call runs behind its load.
      const slower = 1 - 1 / at(slowedByModule, e);
      const beside = Math.max(0, compute - dispatch) * slower;
      if (inbound > 0) most = Math.max(most, inbound + beside + dispatch + tail);
      if (outbound > 0) most = Math.max(most, head + dispatch + outbound + compute * slower);
    }
    return most;
  }

  /** A lower bound for all orders and buffers of the cuts at hand; Infinity where they do not fit. */
  #cutBound(): number {
    if (!this.#fits(this.#cuts)) return Infinity;
    const count = this.#count();
    const { head, tail } = this.#ends();
    const { calls } = this.#problem.loop;
    const compute = calls.bounded ? calls.leastCycles(this.#cuts) : calls.totalCycles(this.#cuts);
    return head + compute + this.#serialDispatch(count) + tail;
  }

  #count(): number {
    let count = 1;
    this.#problem.loop.dimensions.forEach(({ cuts }, d) => (count *= cuts[at(this.#cuts, d)]?.count ?? 1));
    return count;
  }

  /** Dispatches that nothing hides, but for the first. */
  #serialDispatch(count: number): number {
    const { loop, engines } = this.#problem;
    if (!engines.blocking && engines.depth > 1) return 0;
    const first = loop.calls.dispatch(loop.calls.cornerClass(this.#cuts, 'first'));
    return loop.calls.totalDispatch(this.#cuts, count) - first;
  }

  /** From the beginning to the start of the first call, and from the end of the last call to the end. */
  #ends(): Ends {
    const { loop, loads, stores, engines } = this.#problem;
    const until = new Float64Array(engines.names.length);
    let now = 0;
    for (const { model, engine } of loads) {
      const box = model.cornerClass(this.#cuts, 'first');
      now += model.issue(box);
      until[engine] = Math.max(at(until, engine), now) + model.cycles(box);
    }
    for (const end of until) now = Math.max(now, end);
    const head = now + loop.calls.dispatch(loop.calls.cornerClass(this.#cuts, 'first'));
    until.fill(0);
    now = 0;
    for (const { model, engine } of stores) {
      const box = model.cornerClass(this.#cuts, 'last');
      now += model.issue(box);
      until[engine] = Math.max(at(until, engine), now) + model.cycles(box);
    }
    let tail = now;
    for (const end of until) tail = Math.max(tail, end);
    return { head, tail };
  }

  /** All orders and buffers of the cuts at hand. */
  #leaf(): void {
    const { loop, loads, stores, engines, bytes, near, slowedByModule } = this.#problem;
    const { calls } = loop;
    const cuts = this.#cuts;
    const limit = (): number => this.#cycles - tolerance;
    if (!this.#fits(cuts)) return;
    const count = this.#count();
    const { head, tail } = this.#ends();
    const serial = this.#serialDispatch(count);
    if (head + calls.leastCycles(cuts) + serial + tail >= limit()) return;
    const lastCall = calls.cornerClass(cuts, 'last');
    // Its cost is known only now; what is sure before is that it is not negative.
    const totals = this.#streams.map(({ model }) => model.totalCycles(cuts));
    const issue = loads.reduce((sum, { model }) => sum + model.totalIssue(cuts), 0);
    if (calls.totalDispatch(cuts, count) + issue + tail >= limit()) return;
    const compute = calls.totalCycles(cuts);
    const module = head + compute + serial + tail;
    if (module >= limit()) return;
    const last = calls.dispatch(lastCall) + calls.cycles(lastCall);
    const firstCycles = calls.cycles(calls.cornerClass(cuts, 'first'));
    const outbound = this.#outbound.fill(0);
    stores.forEach(
      ({ engine }, k) => (outbound[engine] = at(outbound, engine) + (totals[loads.length + k] ?? 0)),
    );
    for (let e = 1; e < engines.names.length; e++) {
      if (at(outbound, e) === 0) continue;
      const slower = (compute - firstCycles) * (1 - 1 / at(slowedByModule, e));
      if (head + firstCycles + at(outbound, e) + slower >= limit()) return;
    }
    if (calls.totalDispatch(cuts, count) + issue + calls.cycles(lastCall) + tail >= limit()) return;
    const scratch = calls
      .scratch(cuts)
      .filter(({ memory }) => memory === near)
      .reduce((sum, need) => sum + aligned(need.bytes, Math.max(need.alignment, this.#problem.alignment)), 0);
    if (scratch > bytes) return;
    let cut = 0;
    loop.dimensions.forEach((_, d) => {
      if (at(cuts, d) > 0) cut |= 1 << d;
    });
    const orders = this.#orders.of(cut);
    const changing = this.#changing();
    const hidden = calls.dispatchVaries || serial === 0;
    const remaining = { compute, perCall: hidden ? 0 : calls.dispatch(lastCall), tail };
    for (const order of orders) {
      // From all double down to all single.
      for (let mask = (1 << changing.length) - 1; mask >= 0; mask--) {
        const buffers = new Int32Array(this.#streams.length).fill(1);
        changing.forEach((k, bit) => {
          if ((mask >> bit) & 1) buffers[k] = 2;
        });
        if (!this.#buffersFit(buffers, scratch)) continue;
        const bound = this.#wayBound(order, buffers, { head, tail, compute, serial, last, totals });
        if (bound >= limit()) continue;
        const way = { cuts: cuts.slice(), order, buffers };
        const cycles = this.#timeline.evaluate(way, limit(), remaining);
        if (cycles === Infinity) continue;
        this.#evaluated++;
        if (cycles < limit()) {
          this.#cycles = cycles;
          this.#best = way;
        }
      }
    }
  }

  /** Streamed operands with more than one box: for the others a second buffer changes nothing. */
  #changing(): number[] {
    return [...this.#streams.keys()].filter((k) => {
      const model = this.#streams[k]?.model;
      return model?.dimensions.some((d) => model.change(d, at(this.#cuts, d)) !== 'never');
    });
  }

  #buffersFit(buffers: Int32Array, scratch: number): boolean {
    const { bytes, constantBytes } = this.#problem;
    let shared = scratch;
    let constants = 0;
    this.#streams.forEach(({ model }, k) => {
      const own = at(buffers, k) * model.bufferBytes(this.#cuts);
      if (constantBytes !== undefined && model.role === 'constants') constants += own;
      else shared += own;
    });
    return shared <= bytes && constants <= (constantBytes ?? Infinity);
  }

  #wayBound(
    order: readonly number[],
    buffers: Int32Array,
    facts: {
      readonly head: number;
      readonly tail: number;
      readonly compute: number;
      readonly serial: number;
      readonly last: number;
      readonly totals: readonly number[];
    },
  ): number {
    const { loop, loads, engines, slowedByModule } = this.#problem;
    const { head, tail, compute, serial, last, totals } = facts;
    const inbound = this.#inbound.fill(0);
    const idle = this.#first.fill(0);
    this.#streams.forEach((stream, k) => {
      const { model, engine } = stream;
      const own = at(buffers, k);
      const isLoad = k < loads.length;
      const all = (totals[k] ?? 0) * (isLoad ? loadsPerBox(stream, this.#cuts, order, loop, own) : 1);
      if (isLoad) inbound[engine] = at(inbound, engine) + all;
      if (own === 1) {
        // The first load and the last store are in head and tail.
        const corner = model.cycles(model.cornerClass(this.#cuts, isLoad ? 'first' : 'last'));
        idle[engine] = at(idle, engine) + Math.max(0, all - corner);
      }
    });
    let most = 0;
    for (let e = 1; e < engines.names.length; e++) {
      most = Math.max(most, head + compute + serial + at(idle, e) + tail);
      if (at(inbound, e) === 0) continue;
      const slower = Math.max(0, compute - last) * (1 - 1 / at(slowedByModule, e));
      most = Math.max(most, at(inbound, e) + slower + last + tail);
    }
    return most;
  }
}

/** Cycles that the first (or last) box of a nest takes at least, however its rows lie. */
function leastMove(model: OperandModel, cuts: Int32Array, corner: 'first' | 'last'): number {
  const bytes = model.bytes(model.cornerClass(cuts, corner));
  return model.link && bytes > 0 ? model.link.startCycles + bytes / model.link.bytesPerCycle : 0;
}

function aligned(bytes: number, alignment: number): number {
  return alignment * Math.ceil(bytes / alignment);
}
