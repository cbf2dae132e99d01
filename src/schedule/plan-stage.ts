import type { Value } from '../ir/graph.ts';
import type { MappedRegion, Stage, StageJob } from '../mapping/mapping.ts';
import type { OperandBox, TiledOperand } from '../target/tiling.ts';
import {
  feeds,
  operandRoles,
  partsMeet,
  stageCalls,
  type CallOperand,
  type StageCall,
} from './stage-operands.ts';

/** Which tile buffer of each operand a call uses; absent where the operand is resident. */
export interface OperandSlots {
  readonly inputs: readonly (number | undefined)[];
  readonly constants: readonly (number | undefined)[];
  readonly outputs: readonly (number | undefined)[];
}

/** One move between the memory of a tensor and a tile buffer. */
export interface TileMove {
  readonly kind: 'load' | 'store';
  readonly token: number;
  readonly region: MappedRegion;
  readonly role: 'inputs' | 'constants' | 'outputs';
  readonly index: number;
  readonly slot: number;
  readonly operand: TiledOperand;
  readonly box: OperandBox;
}

/** One call, handed over without waiting for it where its engine has a queue. */
export interface TileCompute {
  readonly kind: 'compute';
  readonly token: number;
  readonly job: StageJob;
  readonly slots: OperandSlots;
}

export type StageStep = TileMove | TileCompute | { readonly kind: 'wait'; readonly token: number };

/** A stage as the controller walks through it. Tokens are numbered from 0 in each stage. */
export interface StagePlan {
  /** Loads that may be handed over while the stage before computes. */
  readonly prefetch: readonly TileMove[];
  /** Everything else, waits for the prefetched loads included. */
  readonly steps: readonly StageStep[];
  /** Number of steps after which the prefetch of the next stage is handed over. */
  readonly anchor: number;
}

/**
 * Orders the loads, calls, stores and waits of a stage: loads run ahead of the call that needs them as far as
 * there are tile buffers, stores run behind the engine's next call, and every wait is as late as the bytes
 * allow. What the cost of a stage is predicted from and what the program is made of is this one sequence.
 * Calls that return when they are done need no wait and get none. Cost: linear in the number of calls.
 */
export function planStage(stage: Stage): StagePlan {
  return new StagePlanner(stage).plan();
}

/** A use of a tensor's own bytes by something that may not be done. */
interface Access {
  /** What runs in the order of its issue needs no wait among itself. */
  readonly engine: string;
  readonly writes: boolean;
  readonly value: Value;
  readonly part: CallOperand['part'];
}

/** An output tile that is complete when its call is done. */
interface DeferredStore {
  readonly call: StageCall;
  readonly token: number;
  readonly output: CallOperand;
  readonly slot: number;
}

class StagePlanner {
  readonly #stage: Stage;
  readonly #calls: readonly StageCall[];
  readonly #steps: StageStep[] = [];
  readonly #prefetch: TileMove[] = [];
  /** Tokens not waited for. */
  readonly #open = new Set<number>();
  /** Calls not waited for per engine, in order. */
  readonly #running = new Map<string, number[]>();
  readonly #engineOf = new Map<number, string>();
  /** By token. */
  readonly #accesses = new Map<number, Access[]>();
  #deferred: DeferredStore[] = [];
  /** Index of the call that is being handed over. */
  #issued = -1;
  #tokens = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#calls = stageCalls(stage);
  }

  plan(): StagePlan {
    if (this.#stage.prefetch) this.#loadFirstConstants();
    this.#calls.forEach((call, i) => {
      this.#issued = i;
      this.#call(call);
    });
    for (const store of [...this.#deferred]) this.#store(store);
    for (const token of [...this.#open].sort((a, b) => a - b)) this.#wait(token);
    return { prefetch: this.#prefetch, steps: this.#steps, anchor: this.#anchorAfterLoads() };
  }

  #loadFirstConstants(): void {
    const started = new Set<MappedRegion>();
    for (const call of this.#calls) {
      if (started.has(call.job.region)) continue;
      started.add(call.job.region);
      for (const operand of call.operands.constants) this.#load(call, operand, this.#prefetch);
    }
  }

  #call(call: StageCall): void {
    const { operands, engine, blocking } = call;
    this.#loads(call);
    for (const operand of operands.inputs) this.#awaitMove(operand);
    for (const operand of operands.constants) this.#awaitMove(operand);
    for (const output of operands.outputs) this.#claim(output);
    for (const { value, part, ring, role } of operands.inputs) {
      if (!ring && value) this.#awaitConflicts(value, { part, role }, engine);
    }
    for (const { value, part, ring, role } of operands.outputs) {
      if (!ring && value) this.#awaitConflicts(value, { part, role }, engine);
    }
    // A call that returns when it is done leaves no time for loads behind it.
    if (blocking && call.next) this.#loads(call.next, call);
    // The launch waits for this one anyway: named, the number of open tokens stays bounded.
    const running = this.#running.get(engine) ?? [];
    while (!blocking && running.length >= call.depth) this.#wait(running[0] ?? 0);
    const token = this.#issue(call);
    const before = this.#deferred.filter((store) => store.call.engine === engine);
    for (const store of before) this.#store(store);
    operands.outputs.forEach((output, i) => {
      const slot = slotOf(output);
      if (slot !== undefined && call.completes[i]) this.#deferred.push({ call, token, output, slot });
    });
    if (blocking) for (const store of this.#deferred.filter((each) => each.call === call)) this.#store(store);
    else if (call.next) this.#loads(call.next, call);
  }

  #awaitMove({ ring, key }: CallOperand): void {
    const move = ring?.slots.find((slot) => slot.key === key)?.move;
    if (move !== undefined) this.#wait(move);
  }

  #access(token: number, access: Access): void {
    const known = this.#accesses.get(token);
    if (known) known.push(access);
    else this.#accesses.set(token, [access]);
  }

  #issue(call: StageCall): number {
    const { job, operands, engine, blocking } = call;
    const token = this.#tokens++;
    const slots = {
      inputs: operands.inputs.map(slotOf),
      constants: operands.constants.map(slotOf),
      outputs: operands.outputs.map(slotOf),
    };
    this.#steps.push({ kind: 'compute', token, job, slots });
    if (blocking) {
      // Whatever the engine took before is done as well.
      const running = this.#running.get(engine) ?? [];
      while (running.length > 0) this.#wait(running[0] ?? 0);
      return token;
    }
    this.#begin(token, engine);
    for (const role of operandRoles) {
      for (const operand of operands[role]) {
        const slot = slotOf(operand);
        const used = slot === undefined ? undefined : operand.ring?.slots[slot];
        if (used) used.user = token;
        else if (operand.value && role !== 'constants') {
          const { value, part } = operand;
          this.#access(token, { engine, value, part, writes: role === 'outputs' });
        }
      }
    }
    return token;
  }

  #begin(token: number, engine: string): void {
    this.#open.add(token);
    this.#engineOf.set(token, engine);
    const running = this.#running.get(engine);
    if (running) running.push(token);
    else this.#running.set(engine, [token]);
  }

  /** The next stage's loads come behind the last own one, but not before a call runs. */
  #anchorAfterLoads(): number {
    const lastLoad = this.#steps.findLastIndex((step) => step.kind === 'load');
    const firstCall = this.#steps.findIndex((step) => step.kind === 'compute');
    return Math.min(this.#steps.length, Math.max(lastLoad, firstCall) + 1);
  }

  /** `beside`: the call that runs meanwhile, where nothing may be waited for. */
  #loads(call: StageCall, beside?: StageCall): void {
    for (const operand of call.operands.inputs) this.#load(call, operand, this.#steps, beside);
    for (const operand of call.operands.constants) this.#load(call, operand, this.#steps, beside);
  }

  #load(call: StageCall, operand: CallOperand, steps: StageStep[] | TileMove[], beside?: StageCall): void {
    const { ring, key, part, role, index, value } = operand;
    if (!ring || !part || ring.slots.some((slot) => slot.key === key)) return;
    const slot = ring.slots[ring.turn];
    if (!slot) return;
    if (beside) {
      if (slot.user !== undefined && this.#open.has(slot.user)) return;
      if (beside.operands[role][index]?.key === slot.key) return;
      if (value && role === 'inputs' && (this.#isToBeMade(call) || this.#isWritten(value, operand))) return;
    }
    if (slot.user !== undefined) this.#wait(slot.user);
    if (slot.move !== undefined) this.#wait(slot.move);
    if (value && role === 'inputs') this.#awaitConflicts(value, operand, 'load');
    const token = this.#tokens++;
    slot.key = key;
    slot.move = token;
    this.#open.add(token);
    const { operand: tiled, box } = part;
    steps.push({
      kind: 'load',
      token,
      region: call.job.region,
      role,
      index,
      slot: ring.turn,
      operand: tiled,
      box,
    });
    ring.turn = (ring.turn + 1) % ring.slots.length;
    if (value && role === 'inputs') this.#access(token, { engine: 'load', value, part, writes: false });
  }

  /** Takes a buffer for a streamed output whose tile is new. */
  #claim({ ring, key }: CallOperand): void {
    if (!ring || ring.slots.some((slot) => slot.key === key)) return;
    const slot = ring.slots[ring.turn];
    if (!slot) return;
    // The tile before must have left the buffer, and thus been computed.
    for (const store of this.#deferred.filter((each) => each.output.ring?.slots[each.slot] === slot)) {
      this.#store(store);
    }
    if (slot.user !== undefined) this.#wait(slot.user);
    if (slot.move !== undefined) this.#wait(slot.move);
    ring.turn = (ring.turn + 1) % ring.slots.length;
    slot.key = key;
  }

  #store(store: DeferredStore): void {
    const { call, token: computed, output, slot } = store;
    if (!output.part || !this.#deferred.includes(store)) return;
    this.#deferred = this.#deferred.filter((other) => other !== store);
    this.#wait(computed);
    const { operand, box } = output.part;
    if (output.value) this.#awaitConflicts(output.value, output, 'store');
    const token = this.#tokens++;
    const held = output.ring?.slots[slot];
    if (held) held.move = token;
    this.#open.add(token);
    const { index } = output;
    this.#steps.push({
      kind: 'store',
      token,
      region: call.job.region,
      role: 'outputs',
      index,
      slot,
      operand,
      box,
    });
    if (output.value) {
      this.#access(token, { engine: 'store', value: output.value, part: output.part, writes: true });
    }
  }

  /** Waits for whatever else touches the same bytes of a tensor, where one of the two writes. */
  #awaitConflicts(value: Value, operand: Pick<CallOperand, 'part' | 'role'>, engine: string): void {
    const writes = operand.role === 'outputs';
    const deferred = this.#deferred.filter(
      ({ output }) => output.value === value && partsMeet(output, operand),
    );
    // Stores keep their order among themselves.
    if (engine !== 'store') for (const store of deferred) this.#store(store);
    for (const [token, accesses] of [...this.#accesses]) {
      const meets = accesses.some(
        (other) =>
          other.value === value &&
          other.engine !== engine &&
          (writes || other.writes) &&
          partsMeet(other, operand),
      );
      if (meets) this.#wait(token);
    }
  }

  /** Is something that the call reads made by a call that is still to come, or was just handed over? */
  #isToBeMade(reader: StageCall): boolean {
    for (let i = Math.max(0, this.#issued); i < reader.index; i++) {
      const maker = this.#calls[i];
      if (maker && feeds(maker, reader)) return true;
    }
    return false;
  }

  /** Does something under way, or still to be stored, write these bytes of a tensor? */
  #isWritten(value: Value, operand: Pick<CallOperand, 'part'>): boolean {
    if (this.#deferred.some(({ output }) => output.value === value && partsMeet(output, operand)))
      return true;
    for (const accesses of this.#accesses.values()) {
      if (accesses.some((other) => other.value === value && other.writes && partsMeet(other, operand)))
        return true;
    }
    return false;
  }

  #wait(token: number): void {
    if (!this.#open.has(token)) return;
    const engine = this.#engineOf.get(token);
    const running = engine === undefined ? undefined : this.#running.get(engine);
    // An engine works in order: what it took before is done by then.
    const done = running ? running.splice(0, running.indexOf(token) + 1) : [token];
    for (const each of done) {
      this.#open.delete(each);
      this.#accesses.delete(each);
      this.#steps.push({ kind: 'wait', token: each });
    }
  }
}

function slotOf({ ring, key }: CallOperand): number | undefined {
  const slot = ring?.slots.findIndex((each) => each.key === key) ?? -1;
  return slot < 0 ? undefined : slot;
}
