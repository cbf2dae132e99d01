import type { OperandPlan } from '../mapping/candidates.ts';
import type { MappedRegion, Stage, StageJob } from '../mapping/mapping.ts';
import { operandBox, type OperandBox, type TiledOperand } from '../target/tiling.ts';
import type { Value } from '../ir/graph.ts';
import { tilingOf } from './tiles.ts';

export type OperandRole = 'inputs' | 'constants' | 'outputs';
export const operandRoles: readonly OperandRole[] = ['inputs', 'constants', 'outputs'];

/** State of one tile buffer. */
export interface Slot {
  /** Identity of the box that it holds; empty when it holds nothing. */
  key: string;
  /** Load or store under way. */
  move?: number;
  /** Last call that uses it. */
  user?: number;
}

/** The tile buffers of one operand of a region, used in turn. */
export interface SlotRing {
  readonly slots: readonly Slot[];
  turn: number;
}

/** An operand of one call. */
export interface CallOperand {
  readonly role: OperandRole;
  readonly index: number;
  /** Absent for constants that are packed together. */
  readonly value: Value | undefined;
  readonly plan: OperandPlan;
  /** The part that the call touches; absent where the pattern has no loop nest: all of it. */
  readonly part: { readonly operand: TiledOperand; readonly box: OperandBox } | undefined;
  /** Equal for equal boxes of the operand. */
  readonly key: string;
  /** The tile buffers of a streamed operand. */
  readonly ring: SlotRing | undefined;
}

/** One call of a stage with all that its place in the sequence depends on. */
export interface StageCall {
  readonly job: StageJob;
  readonly engine: string;
  /** Returns when it is done. */
  readonly blocking: boolean;
  /** Calls that the engine takes before the controller has to wait. */
  readonly depth: number;
  readonly operands: Readonly<Record<OperandRole, readonly CallOperand[]>>;
  /** Per output: no later call adds to the same tile. */
  readonly completes: readonly boolean[];
  /** The region's next call. */
  readonly next: StageCall | undefined;
  /** Last earlier call of another region that makes what this one reads; −1 when there is none. */
  readonly source: number;
}

/** The calls of a stage in their order. Cost: the number of operands of all calls. */
export function stageCalls(stage: Stage): readonly StageCall[] {
  const regions = new Map<MappedRegion, RegionOperands>();
  const next = new Map<MappedRegion, StageCall>();
  const calls: StageCall[] = [];
  // From the last to the first, so that what comes later is known.
  for (let i = stage.jobs.length - 1; i >= 0; i--) {
    const job = stage.jobs[i];
    if (!job) continue;
    const known = regions.get(job.region);
    const region = known ?? new RegionOperands(job.region);
    if (!known) regions.set(job.region, region);
    const { module, pattern } = job.region;
    const operands = {
      inputs: region.operands(job, 'inputs'),
      constants: region.operands(job, 'constants'),
      outputs: region.operands(job, 'outputs'),
    };
    const call: StageCall = {
      job,
      engine: module.name,
      blocking: pattern.synchronous === true || module.queueDepth === 0,
      depth: Math.max(1, module.queueDepth),
      operands,
      completes: operands.outputs.map(({ key }, index) => region.isLast(index, key)),
      next: next.get(job.region),
      source: -1,
    };
    next.set(job.region, call);
    calls.push(call);
  }
  return withSources(calls.reverse());
}

function withSources(calls: readonly StageCall[]): readonly StageCall[] {
  const made = new Set(calls.flatMap(({ operands }) => operands.outputs.map(({ value }) => value)));
  if (!calls.some(({ operands }) => operands.inputs.some(({ value }) => made.has(value)))) return calls;
  const sources = calls.map((call, i) =>
    calls.findLastIndex(
      (other, k) =>
        k < i &&
        other.job.region !== call.job.region &&
        other.operands.outputs.some((output) =>
          call.operands.inputs.some((input) => input.value === output.value && partsMeet(input, output)),
        ),
    ),
  );
  // Each call names its successor, so they are made again from the end.
  const chained = new Map<StageCall, StageCall>();
  for (let i = calls.length - 1; i >= 0; i--) {
    const call = calls[i];
    if (!call) continue;
    const next = call.next && chained.get(call.next);
    chained.set(call, { ...call, next, source: sources[i] ?? -1 });
  }
  return calls.map((call) => chained.get(call) ?? call);
}

/** Do two operands on one tensor share an element? Without a box it is the whole tensor. */
export function partsMeet(a: Pick<CallOperand, 'part'>, b: Pick<CallOperand, 'part'>): boolean {
  const [first, second] = [a.part?.box.ranges, b.part?.box.ranges];
  if (!first || !second || first.length !== second.length) return true;
  return first.every((range, i) => {
    const other = second[i];
    return (
      other !== undefined &&
      range.start < other.start + other.extent &&
      other.start < range.start + range.extent
    );
  });
}

class RegionOperands {
  readonly #region: MappedRegion;
  readonly #tiling;
  readonly #rings = new Map<string, SlotRing>();
  readonly #completed = new Set<string>();

  constructor(region: MappedRegion) {
    this.#region = region;
    this.#tiling = tilingOf(region);
  }

  operands(job: StageJob, role: OperandRole): readonly CallOperand[] {
    const { region, schedule, pattern } = this.#region;
    const plans = schedule[role];
    const operand = (
      value: Value | undefined,
      index: number,
      tiled: TiledOperand | undefined,
    ): CallOperand => {
      const plan = plans[index] ?? { mode: 'resident' };
      const part = tiled && { operand: tiled, box: operandBox(tiled, job.tile) };
      const key = part?.box.ranges.map(({ start, extent }) => `${start}+${extent}`).join() ?? '';
      const ring = part && plan.mode === 'streamed' ? this.#ring(role, index, plan.buffers) : undefined;
      return { role, index, value, plan, part, key, ring };
    };
    const packed = role === 'constants' && pattern.pack !== undefined;
    if (this.#tiling) {
      return this.#tiling[role].map((tiled, i) => operand(packed ? undefined : region[role][i], i, tiled));
    }
    return packed ? [] : region[role].map((value, i) => operand(value, i, undefined));
  }

  /** Asked from the last call to the first. */
  isLast(index: number, key: string): boolean {
    const name = `${index} ${key}`;
    if (this.#completed.has(name)) return false;
    this.#completed.add(name);
    return true;
  }

  #ring(role: OperandRole, index: number, buffers: number): SlotRing {
    const name = `${role} ${index}`;
    const known = this.#rings.get(name);
    if (known) return known;
    const ring = { slots: Array.from({ length: buffers }, (): Slot => ({ key: '' })), turn: 0 };
    this.#rings.set(name, ring);
    return ring;
  }
}
