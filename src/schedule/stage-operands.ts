import type { OperandPlan } from '../mapping/candidates.ts';
import type { MappedRegion, Stage, StageJob } from '../mapping/mapping.ts';
import { operandBox, type OperandBox, type TiledOperand, type Tiling } from '../target/tiling.ts';
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
  /** Its place among the calls of the stage. */
  readonly index: number;
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
      index: i,
    };
    next.set(job.region, call);
    calls.push(call);
  }
  return calls.reverse();
}

/** Does one call make what another one, of another region, reads? */
export function feeds({ job, operands }: StageCall, reader: StageCall): boolean {
  return (
    job.region !== reader.job.region &&
    operands.outputs.some((output) =>
      reader.operands.inputs.some((input) => input.value === output.value && partsMeet(input, output)),
    )
  );
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

/** The part of an operand that a call touches. */
interface OperandPart {
  readonly operand: TiledOperand;
  readonly box: OperandBox;
  /** Equal for equal boxes of the operand. */
  readonly key: string;
}

type JobParts = Readonly<Record<OperandRole, readonly OperandPart[]>>;

/** Jobs are planned again and again, in one stage after the other. */
const knownParts = new WeakMap<StageJob, JobParts>();

function partsOf(job: StageJob, tiling: Tiling): JobParts {
  const known = knownParts.get(job);
  if (known) return known;
  const partsIn = (role: OperandRole): readonly OperandPart[] =>
    tiling[role].map((operand) => {
      const box = operandBox(operand, job.tile);
      let key = '';
      for (const { start, extent } of box.ranges) key += `${start}+${extent},`;
      return { operand, box, key };
    });
  const parts = { inputs: partsIn('inputs'), constants: partsIn('constants'), outputs: partsIn('outputs') };
  knownParts.set(job, parts);
  return parts;
}

const resident: OperandPlan = { mode: 'resident' };

class RegionOperands {
  readonly #region: MappedRegion;
  readonly #tiling: Tiling | undefined;
  readonly #rings: Record<OperandRole, (SlotRing | undefined)[]> = { inputs: [], constants: [], outputs: [] };
  readonly #completed: Set<string>[] = [];

  constructor(region: MappedRegion) {
    this.#region = region;
    this.#tiling = tilingOf(region);
  }

  operands(job: StageJob, role: OperandRole): readonly CallOperand[] {
    const { region, schedule, pattern } = this.#region;
    const packed = role === 'constants' && pattern.pack !== undefined;
    const values = packed ? [] : region[role];
    const plans = schedule[role];
    if (!this.#tiling) {
      return values.map((value, index) => {
        const plan = plans[index] ?? resident;
        return { role, index, value, plan, part: undefined, key: '', ring: undefined };
      });
    }
    return partsOf(job, this.#tiling)[role].map((part, index) => {
      const plan = plans[index] ?? resident;
      const ring = plan.mode === 'streamed' ? this.#ring(role, index, plan.buffers) : undefined;
      return { role, index, value: values[index], plan, part, key: part.key, ring };
    });
  }

  /** Asked from the last call to the first. */
  isLast(index: number, key: string): boolean {
    const completed = (this.#completed[index] ??= new Set());
    if (completed.has(key)) return false;
    completed.add(key);
    return true;
  }

  #ring(role: OperandRole, index: number, buffers: number): SlotRing {
    return (this.#rings[role][index] ??= {
      slots: Array.from({ length: buffers }, (): Slot => ({ key: '' })),
      turn: 0,
    });
  }
}
