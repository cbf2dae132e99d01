import type { OperandPlan } from '../mapping/candidates.ts';
import type { MappedRegion, Stage, StageJob } from '../mapping/mapping.ts';
import { operandBox, type OperandBox, type Tile, type TiledOperand, type Tiling } from '../target/tiling.ts';
import type { Value } from '../ir/graph.ts';

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

/** One call, handed over without waiting for it. */
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

const roles = ['inputs', 'constants', 'outputs'] as const;

/** The loop nest of a mapped region, whole tensors alone when its pattern has none. */
export function tilingOf({ region, pattern, schedule }: MappedRegion): Tiling | undefined {
  return pattern.tiling?.(region, schedule.layouts);
}

/**
 * Orders the loads, calls, stores and waits of a stage: loads run ahead of the call that needs them as far as
 * there are tile buffers, stores run behind the next call, and every wait is as late as the bytes allow. What
 * the cost of a stage is predicted from and what the program is made of is this one sequence.
 */
export function planStage(stage: Stage): StagePlan {
  return new StagePlanner(stage).plan();
}

/** State of one tile buffer. */
interface Slot {
  /** Identity of the box that it holds. */
  key: string;
  /** Load or store under way. */
  move?: number;
  /** Last call that uses it. */
  user?: number;
}

/** A call that was handed over and may not be done. */
interface Running {
  readonly token: number;
  readonly job: StageJob;
}

class StagePlanner {
  readonly #stage: Stage;
  readonly #steps: StageStep[] = [];
  readonly #prefetch: TileMove[] = [];
  readonly #open = new Set<number>();
  readonly #slots = new Map<string, Slot[]>();
  readonly #turn = new Map<string, number>();
  readonly #tilings = new Map<MappedRegion, Tiling | undefined>();
  /** Calls not waited for, in order. */
  #running: Running[] = [];
  /** Output tiles that are complete when their call is done. */
  #finished: { readonly token: number; readonly store: () => void }[] = [];
  #tokens = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
    for (const region of stage.regions) this.#tilings.set(region, tilingOf(region));
  }

  plan(): StagePlan {
    const { jobs, prefetch } = this.#stage;
    const started = new Set<MappedRegion>();
    if (prefetch) {
      for (const job of jobs) {
        if (started.has(job.region)) continue;
        started.add(job.region);
        this.#loads(job, ['constants'], this.#prefetch);
      }
    }
    jobs.forEach((job, i) => {
      this.#loads(job, ['inputs', 'constants'], this.#steps);
      this.#awaitOperands(job);
      const slots = this.#claimOutputs(job);
      this.#awaitConflicts(job);
      const token = this.#tokens++;
      this.#steps.push({ kind: 'compute', token, job, slots });
      this.#open.add(token);
      this.#use(job, slots, token);
      const before = this.#finished;
      this.#finished = [];
      for (const { token: done, store } of before) {
        this.#wait(done);
        store();
      }
      this.#running.push({ token, job });
      this.#finishOutputs(job, jobs.slice(i + 1), slots, token);
      this.#loadAhead(jobs, i);
    });
    for (const { token, store } of this.#finished) {
      this.#wait(token);
      store();
    }
    for (const token of [...this.#open].sort((a, b) => a - b)) this.#wait(token);
    return { prefetch: this.#prefetch, steps: this.#steps, anchor: this.#anchorAfterLoads() };
  }

  /** The next stage's loads come behind the last own one, but not before a call runs. */
  #anchorAfterLoads(): number {
    const lastLoad = this.#steps.findLastIndex((step) => step.kind === 'load');
    const firstCall = this.#steps.findIndex((step) => step.kind === 'compute');
    return Math.min(this.#steps.length, Math.max(lastLoad, firstCall) + 1);
  }

  /** Loads for the region's next call into buffers that the running one does not use. */
  #loadAhead(jobs: readonly StageJob[], i: number): void {
    const job = jobs[i];
    const next = jobs.slice(i + 1).find((other) => other.region === job?.region);
    if (!next) return;
    this.#loads(next, ['inputs', 'constants'], this.#steps, true);
  }

  #loads(
    job: StageJob,
    which: readonly ('inputs' | 'constants')[],
    steps: StageStep[] | TileMove[],
    ahead = false,
  ): void {
    for (const role of which) {
      this.#operands(job, role).forEach(({ plan, operand, box, key, name }, index) => {
        if (plan.mode !== 'streamed') return;
        const slots = this.#slotsOf(name, plan.buffers);
        if (slots.some((slot) => slot.key === key)) return;
        const turn = this.#turn.get(name) ?? 0;
        const slot = slots[turn];
        if (!slot) return;
        if (slot.user !== undefined && this.#open.has(slot.user)) {
          // Ahead of time only what needs no wait.
          if (ahead) return;
          this.#wait(slot.user);
        }
        if (slot.move !== undefined) this.#wait(slot.move);
        this.#turn.set(name, (turn + 1) % slots.length);
        slot.key = key;
        const token = this.#tokens++;
        slot.move = token;
        this.#open.add(token);
        steps.push({ kind: 'load', token, region: job.region, role, index, slot: turn, operand, box });
      });
    }
  }

  #awaitOperands(job: StageJob): void {
    for (const role of ['inputs', 'constants'] as const) {
      for (const { plan, key, name } of this.#operands(job, role)) {
        if (plan.mode !== 'streamed') continue;
        const slot = this.#slotsOf(name, plan.buffers).find((other) => other.key === key);
        if (slot?.move !== undefined) this.#wait(slot.move);
      }
    }
  }

  /** Takes a buffer for each streamed output whose box is new. */
  #claimOutputs(job: StageJob): OperandSlots {
    this.#operands(job, 'outputs').forEach(({ plan, key, name }) => {
      if (plan.mode !== 'streamed') return;
      const slots = this.#slotsOf(name, plan.buffers);
      if (slots.some((slot) => slot.key === key)) return;
      const turn = this.#turn.get(name) ?? 0;
      const slot = slots[turn];
      if (!slot) return;
      // The tile before last must have left the buffer, and thus been computed.
      if (slot.user !== undefined && this.#open.has(slot.user)) {
        const waiting = this.#finished.filter(({ token }) => token <= (slot.user ?? -1));
        this.#finished = this.#finished.filter((entry) => !waiting.includes(entry));
        for (const { token, store } of waiting) {
          this.#wait(token);
          store();
        }
      }
      if (slot.move !== undefined) this.#wait(slot.move);
      this.#turn.set(name, (turn + 1) % slots.length);
      slot.key = key;
    });
    const slotsFor = (role: (typeof roles)[number]): (number | undefined)[] =>
      this.#operands(job, role).map(({ plan, key, name }) => {
        if (plan.mode !== 'streamed') return undefined;
        const index = this.#slotsOf(name, plan.buffers).findIndex((slot) => slot.key === key);
        return index < 0 ? undefined : index;
      });
    return { inputs: slotsFor('inputs'), constants: slotsFor('constants'), outputs: slotsFor('outputs') };
  }

  #use(job: StageJob, slots: OperandSlots, token: number): void {
    for (const role of roles) {
      this.#operands(job, role).forEach(({ plan, name }, index) => {
        const slot = plan.mode === 'streamed' ? slots[role][index] : undefined;
        const used = slot === undefined ? undefined : this.#slotsOf(name, 2)[slot];
        if (used) used.user = token;
      });
    }
  }

  #finishOutputs(job: StageJob, later: readonly StageJob[], slots: OperandSlots, token: number): void {
    this.#operands(job, 'outputs').forEach(({ plan, operand, box, key, name }, index) => {
      const slot = slots.outputs[index];
      if (plan.mode !== 'streamed' || slot === undefined) return;
      const again = later.some(
        (other) => other.region === job.region && this.#operands(other, 'outputs')[index]?.key === key,
      );
      if (again) return;
      this.#finished.push({
        token,
        store: () => {
          const move = this.#tokens++;
          const held = this.#slotsOf(name, 2)[slot];
          if (held) held.move = move;
          this.#open.add(move);
          this.#steps.push({
            kind: 'store',
            token: move,
            region: job.region,
            role: 'outputs',
            index,
            slot,
            operand,
            box,
          });
        },
      });
    });
  }

  /** Calls on other engines that touch the same bytes of resident tensors. */
  #awaitConflicts(job: StageJob): void {
    for (const { token, job: other } of this.#running) {
      if (!this.#open.has(token) || other.region.module === job.region.module) continue;
      if (this.#conflict(job, other)) this.#wait(token);
    }
    this.#running = this.#running.filter(({ token }) => this.#open.has(token));
  }

  #conflict(a: StageJob, b: StageJob): boolean {
    const touches = (x: StageJob, y: StageJob): boolean =>
      this.#residents(x, 'outputs').some((written) =>
        [...this.#residents(y, 'inputs'), ...this.#residents(y, 'outputs')].some(
          (other) => other.value === written.value && meet(written.box, other.box),
        ),
      );
    return touches(a, b) || touches(b, a);
  }

  #residents(
    job: StageJob,
    role: 'inputs' | 'outputs',
  ): readonly { readonly value: Value; readonly box: OperandBox | undefined }[] {
    const { region, schedule } = job.region;
    const tiling = this.#tilings.get(job.region);
    return region[role].flatMap((value, i) => {
      if (schedule[role][i]?.mode === 'streamed') return [];
      const operand = tiling?.[role][i];
      return [{ value, box: operand && operandBox(operand, job.tile) }];
    });
  }

  #operands(
    job: StageJob,
    role: (typeof roles)[number],
  ): readonly {
    readonly plan: OperandPlan;
    readonly operand: TiledOperand;
    readonly box: OperandBox;
    readonly key: string;
    readonly name: string;
  }[] {
    const tiling = this.#tilings.get(job.region);
    if (!tiling) return [];
    const plans = job.region.schedule[role];
    return tiling[role].map((operand, index) => {
      const box = operandBox(operand, job.tile);
      return {
        plan: plans[index] ?? { mode: 'resident' },
        operand,
        box,
        key: box.ranges.map(({ start, extent }) => `${start}+${extent}`).join(),
        name: `${job.region.id} ${role} ${index}`,
      };
    });
  }

  #slotsOf(name: string, buffers: number): Slot[] {
    const known = this.#slots.get(name);
    if (known) return known;
    const slots = Array.from({ length: buffers }, (): Slot => ({ key: '' }));
    this.#slots.set(name, slots);
    return slots;
  }

  #wait(token: number): void {
    if (!this.#open.delete(token)) return;
    this.#steps.push({ kind: 'wait', token });
  }
}

/** Do two boxes of one tensor share an element? Without a box it is the whole tensor. */
function meet(a: OperandBox | undefined, b: OperandBox | undefined): boolean {
  if (!a || !b || a.ranges.length !== b.ranges.length) return true;
  return a.ranges.every((range, i) => {
    const other = b.ranges[i];
    return (
      other !== undefined &&
      range.start < other.start + other.extent &&
      other.start < range.start + range.extent
    );
  });
}

/** The tiles of a schedule over a share of its region, in the order of its loops. */
export function tilesOf(
  { tile, order }: Pick<MappedRegion['schedule'], 'tile' | 'order'>,
  tiling: Tiling,
  share: Tile,
): readonly Tile[] {
  const whole = Object.fromEntries(
    tiling.dimensions.map(({ name, extent }) => [name, share.ranges[name] ?? { start: 0, extent }]),
  );
  let tiles: Tile[] = [{ ranges: whole }];
  for (const name of order) {
    const range = whole[name];
    const size = tile[name];
    if (!range || !size || size >= range.extent) continue;
    tiles = tiles.flatMap(({ ranges }) =>
      Array.from({ length: Math.ceil(range.extent / size) }, (_, i) => {
        const start = range.start + i * size;
        return {
          ranges: {
            ...ranges,
            [name]: { start, extent: Math.min(size, range.start + range.extent - start) },
          },
        };
      }),
    );
  }
  return tiles;
}
