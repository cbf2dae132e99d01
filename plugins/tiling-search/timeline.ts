import type { Target } from 'match-compiler';
import type { LoopModel } from './loop-model.ts';
import type { OperandModel } from './operand-model.ts';
import { at } from './table.ts';

/** An operand that moves through tile buffers. */
export interface StreamedOperand {
  readonly model: OperandModel;
  /** Of its channel. */
  readonly engine: number;
}

/** Engines of one region by number: the module, then the channels that it moves data over. */
export interface Engines {
  readonly names: readonly string[];
  /** Of the module; Infinity never occurs. */
  readonly depth: number;
  /** Calls return when they are done. */
  readonly blocking: boolean;
  /** Rate of an engine while the engines of a bit mask are busy: rates[mask · engines + engine]. */
  readonly rates: Float64Array;
}

/** The engines of a region on a module with transfers over the given channels. */
export function enginesOf(
  module: { readonly name: string; readonly queueDepth: number },
  synchronous: boolean,
  channels: readonly string[],
  contention: Target['contention'],
): Engines {
  const names = [module.name, ...channels];
  const rates = new Float64Array((1 << names.length) * names.length);
  for (let mask = 0; mask < 1 << names.length; mask++) {
    names.forEach((name, engine) => {
      let slowest = 1;
      names.forEach((other, o) => {
        if (o !== engine && (mask >> o) & 1) slowest = Math.max(slowest, contention?.[name]?.[other] ?? 1);
      });
      rates[mask * names.length + engine] = 1 / slowest;
    });
  }
  return {
    names,
    depth: Math.max(1, module.queueDepth),
    blocking: synchronous || module.queueDepth === 0,
    rates,
  };
}

/** One way to run a loop nest. */
export interface TileOrder {
  /** Per dimension: which of its cuts. */
  readonly cuts: Int32Array;
  /** The dimensions that are cut, outermost first. */
  readonly order: readonly number[];
  /** Buffers per streamed operand, loads first, then stores. */
  readonly buffers: Int32Array;
}

/** What the limit of an evaluation is compared with: what is still to come at least. */
export interface Remaining {
  /** Cycles of all calls. */
  readonly compute: number;
  /** Cycles of the module's queue between calls that nothing hides, per call. */
  readonly perCall: number;
  /** From the end of the last call to the end of all. */
  readonly tail: number;
}

/** State of the tile buffers of one operand. */
interface Ring {
  readonly key: Float64Array;
  /** Last call that uses a buffer, −1: none. */
  readonly user: Int32Array;
  /** Number on its channel of the last move of a buffer, −1: none. */
  readonly move: Int32Array;
  turn: number;
  size: number;
}

const freshRing = (): Ring => ({
  key: new Float64Array(2),
  user: new Int32Array(2),
  move: new Int32Array(2),
  turn: 0,
  size: 1,
});

/**
 * Time of one region alone, from its first load to its last store. The same sequence as `planStage` gives and the
 * same arithmetic as `runClock` has, for one region and without making either's objects.
 */
export class Timeline {
  readonly #loop: LoopModel;
  readonly #engines: Engines;
  readonly #loads: readonly StreamedOperand[];
  readonly #stores: readonly StreamedOperand[];
  readonly #rings: readonly Ring[];
  /** Per engine: work left by number of job, jobs taken, jobs done. */
  readonly #left: Float64Array[];
  readonly #taken: Int32Array;
  readonly #done: Int32Array;
  #now = 0;
  #busy = 0;
  /** Calls that the controller has waited for. */
  #awaited = 0;
  /** Per dimension: index of the tile of the call at hand and of the next. */
  #here: Int32Array;
  #next: Int32Array;
  /** Stores whose call is handed over. */
  readonly #storeDue: Uint8Array;
  readonly #storeSlot: Int32Array;
  readonly #storeCycles: Float64Array;
  readonly #storeIssue: Float64Array;
  readonly #storeCall: Int32Array;

  constructor(
    loop: LoopModel,
    engines: Engines,
    loads: readonly StreamedOperand[],
    stores: readonly StreamedOperand[],
  ) {
    this.#loop = loop;
    this.#engines = engines;
    this.#loads = loads;
    this.#stores = stores;
    this.#rings = [...loads, ...stores].map(freshRing);
    const count = engines.names.length;
    this.#left = Array.from({ length: count }, () => new Float64Array(64));
    this.#taken = new Int32Array(count);
    this.#done = new Int32Array(count);
    this.#here = new Int32Array(loop.dimensions.length);
    this.#next = new Int32Array(loop.dimensions.length);
    this.#storeDue = new Uint8Array(stores.length);
    this.#storeSlot = new Int32Array(stores.length);
    this.#storeCycles = new Float64Array(stores.length);
    this.#storeIssue = new Float64Array(stores.length);
    this.#storeCall = new Int32Array(stores.length);
  }

  /** Cycles, or Infinity as soon as it is sure that they reach `limit`. */
  evaluate(way: TileOrder, limit: number, remaining: Remaining): number {
    const { calls, dimensions } = this.#loop;
    const { depth, blocking } = this.#engines;
    const { cuts, order } = way;
    this.#reset(way);
    let count = 1;
    for (const d of order) count *= dimensions[d]?.cuts[at(cuts, d)]?.count ?? 1;
    let computeLeft = remaining.compute;
    for (let call = 0; call < count; call++) {
      this.#loadAll(this.#here, cuts, false);
      for (let k = 0; k < this.#loads.length; k++) this.#awaitLoad(k, cuts);
      for (let k = 0; k < this.#stores.length; k++) this.#claim(k, cuts);
      const more = call + 1 < count;
      if (more) this.#step(order, cuts);
      if (blocking && more) this.#loadAll(this.#next, cuts, true);
      if (!blocking && call - this.#awaited >= depth) this.#awaitCall(call - depth);
      let index = 0;
      for (let d = 0; d < dimensions.length; d++) {
        const classes = dimensions[d]?.cuts[at(cuts, d)]?.callClasses;
        if (classes) index += at(calls.steps, d) * at(classes, at(this.#here, d));
      }
      const cycles = calls.cycles(index);
      const queued =
        at(this.#taken, 0) > at(this.#done, 0)
          ? at(this.#left[0] ?? this.#storeCycles, at(this.#done, 0))
          : 0;
      const least = this.#now + queued + computeLeft + (count - call) * remaining.perCall + remaining.tail;
      if (least >= limit) return Infinity;
      computeLeft -= cycles;
      this.#start(0, cycles, calls.dispatch(index));
      if (blocking) {
        this.#awaitJob(0, call);
        this.#awaited = call + 1;
      } else this.#use(call, cuts);
      this.#storeAll();
      for (let k = 0; k < this.#stores.length; k++) this.#complete(k, way, call);
      if (blocking) this.#storeAll();
      else if (more) this.#loadAll(this.#next, cuts, true);
      [this.#here, this.#next] = [this.#next, this.#here];
    }
    this.#storeAll();
    while (this.#busy !== 0) this.#advance(Infinity);
    return this.#now;
  }

  #reset({ buffers }: TileOrder): void {
    this.#now = 0;
    this.#busy = 0;
    this.#awaited = 0;
    this.#taken.fill(0);
    this.#done.fill(0);
    this.#here.fill(0);
    this.#next.fill(0);
    this.#storeDue.fill(0);
    this.#rings.forEach((ring, k) => {
      ring.key.fill(-1);
      ring.user.fill(-1);
      ring.move.fill(-1);
      ring.turn = 0;
      ring.size = at(buffers, k);
    });
  }

  /** The tile after `here` in the order of the loops. */
  #step(order: readonly number[], cuts: Int32Array): void {
    this.#next.set(this.#here);
    for (let i = order.length - 1; i >= 0; i--) {
      const d = order[i] ?? 0;
      const index = at(this.#next, d) + 1;
      if (index < (this.#loop.dimensions[d]?.cuts[at(cuts, d)]?.count ?? 1)) {
        this.#next[d] = index;
        return;
      }
      this.#next[d] = 0;
    }
  }

  /** Identity of the box that an operand needs for a tile. */
  #key({ model }: StreamedOperand, tile: Int32Array, cuts: Int32Array): number {
    let key = 0;
    for (const d of model.dimensions) {
      const ids = this.#loop.dimensions[d]?.cuts[at(cuts, d)]?.parts[model.slot]?.ids;
      if (ids) key += at(model.identitySteps, d) * at(ids, at(tile, d));
    }
    return key;
  }

  #boxClass({ model }: StreamedOperand, tile: Int32Array, cuts: Int32Array): number {
    let index = 0;
    for (const d of model.dimensions) {
      const classes = this.#loop.dimensions[d]?.cuts[at(cuts, d)]?.parts[model.slot]?.classes;
      if (classes) index += at(model.classSteps, d) * at(classes, at(tile, d));
    }
    return index;
  }

  /** @param ahead loads for the call behind the one at hand: only what needs no wait */
  #loadAll(tile: Int32Array, cuts: Int32Array, ahead: boolean): void {
    for (let k = 0; k < this.#loads.length; k++) {
      const operand = this.#loads[k];
      const ring = this.#rings[k];
      if (!operand || !ring) continue;
      const key = this.#key(operand, tile, cuts);
      if (slotOf(ring, key) >= 0) continue;
      const slot = ring.turn;
      const user = at(ring.user, slot);
      if (ahead) {
        if (user >= this.#awaited) continue;
        if (this.#key(operand, this.#here, cuts) === at(ring.key, slot)) continue;
      } else if (user >= 0) this.#awaitCall(user);
      ring.turn = (slot + 1) % ring.size;
      ring.key[slot] = key;
      ring.move[slot] = at(this.#taken, operand.engine);
      const box = this.#boxClass(operand, tile, cuts);
      this.#start(operand.engine, operand.model.cycles(box), operand.model.issue(box));
    }
  }

  #awaitLoad(k: number, cuts: Int32Array): void {
    const operand = this.#loads[k];
    const ring = this.#rings[k];
    if (!operand || !ring) return;
    const slot = slotOf(ring, this.#key(operand, this.#here, cuts));
    if (slot >= 0) this.#awaitJob(operand.engine, at(ring.move, slot));
  }

  /** Takes a buffer for an output tile that has none. */
  #claim(k: number, cuts: Int32Array): void {
    const operand = this.#stores[k];
    const ring = this.#rings[this.#loads.length + k];
    if (!operand || !ring) return;
    const key = this.#key(operand, this.#here, cuts);
    if (slotOf(ring, key) >= 0) return;
    const slot = ring.turn;
    if (at(this.#storeDue, k) === 1 && at(this.#storeSlot, k) === slot) this.#store(k);
    if (at(ring.user, slot) >= 0) this.#awaitCall(at(ring.user, slot));
    if (at(ring.move, slot) >= 0) this.#awaitJob(operand.engine, at(ring.move, slot));
    ring.turn = (slot + 1) % ring.size;
    ring.key[slot] = key;
  }

  #use(call: number, cuts: Int32Array): void {
    for (let k = 0; k < this.#rings.length; k++) {
      const operand = this.#loads[k] ?? this.#stores[k - this.#loads.length];
      const ring = this.#rings[k];
      if (!operand || !ring) continue;
      const slot = slotOf(ring, this.#key(operand, this.#here, cuts));
      if (slot >= 0) ring.user[slot] = call;
    }
  }

  /** Notes the store of an output tile that this call completes. */
  #complete(k: number, { cuts, order }: TileOrder, call: number): void {
    const operand = this.#stores[k];
    const ring = this.#rings[this.#loads.length + k];
    if (!operand || !ring) return;
    for (const d of order) {
      const last = (this.#loop.dimensions[d]?.cuts[at(cuts, d)]?.count ?? 1) - 1;
      if (at(this.#here, d) !== last && operand.model.change(d, at(cuts, d)) === 'never') return;
    }
    const slot = slotOf(ring, this.#key(operand, this.#here, cuts));
    if (slot < 0) return;
    const box = this.#boxClass(operand, this.#here, cuts);
    this.#storeDue[k] = 1;
    this.#storeSlot[k] = slot;
    this.#storeCall[k] = call;
    this.#storeCycles[k] = operand.model.cycles(box);
    this.#storeIssue[k] = operand.model.issue(box);
  }

  #storeAll(): void {
    for (let k = 0; k < this.#stores.length; k++) if (at(this.#storeDue, k) === 1) this.#store(k);
  }

  #store(k: number): void {
    const operand = this.#stores[k];
    const ring = this.#rings[this.#loads.length + k];
    if (!operand || !ring) return;
    this.#storeDue[k] = 0;
    this.#awaitCall(at(this.#storeCall, k));
    ring.move[at(this.#storeSlot, k)] = at(this.#taken, operand.engine);
    this.#start(operand.engine, at(this.#storeCycles, k), at(this.#storeIssue, k));
  }

  #start(engine: number, cycles: number, issue: number): void {
    const until = this.#now + issue;
    while (this.#now < until) this.#advance(until);
    const number = at(this.#taken, engine);
    let left = this.#left[engine];
    if (!left) return;
    if (number >= left.length) {
      const longer = new Float64Array(2 * left.length);
      longer.set(left);
      this.#left[engine] = longer;
      left = longer;
    }
    left[number] = cycles;
    this.#taken[engine] = number + 1;
    this.#busy |= 1 << engine;
  }

  #awaitCall(call: number): void {
    if (call < this.#awaited) return;
    this.#awaitJob(0, call);
    this.#awaited = call + 1;
  }

  #awaitJob(engine: number, number: number): void {
    while (at(this.#done, engine) <= number) this.#advance(Infinity);
  }

  /** To the next completion, or to `limit` when that is earlier. */
  #advance(limit: number): void {
    const { names, rates } = this.#engines;
    const base = this.#busy * names.length;
    const busy = this.#busy;
    const now = this.#now;
    let next = limit;
    for (let e = 0; e < names.length; e++) {
      if (((busy >> e) & 1) === 0) continue;
      const left = this.#left[e];
      if (left) next = Math.min(next, now + at(left, at(this.#done, e)) / at(rates, base + e));
    }
    if (next === Infinity) throw new RangeError('waits for work that nobody handed over');
    const elapsed = next - now;
    this.#now = next;
    for (let e = 0; e < names.length; e++) {
      if (((busy >> e) & 1) === 0) continue;
      const left = this.#left[e];
      if (!left) continue;
      const job = at(this.#done, e);
      const before = at(left, job);
      const rate = at(rates, base + e);
      const after = before - elapsed * rate;
      left[job] = after;
      // What rounding leaves over may be too little to move a late clock on.
      if (now + before / rate <= next || after <= 1e-9) {
        this.#done[e] = job + 1;
        if (job + 1 === at(this.#taken, e)) this.#busy &= ~(1 << e);
      }
    }
  }
}

function slotOf(ring: Ring, key: number): number {
  if (ring.key[0] === key) return 0;
  return ring.size > 1 && ring.key[1] === key ? 1 : -1;
}
