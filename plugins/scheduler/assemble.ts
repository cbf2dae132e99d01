import {
  linkBetween,
  planStage,
  rollLoops,
  tilingOf,
  type Instruction,
  type KernelCall,
  type MappedRegion,
  type Mapping,
  type Program,
  type Stage,
  type StagePlan,
  type StageStep,
  type TileCompute,
  type TileMove,
  type Value,
} from 'match-compiler';
import { BufferTable } from './buffer-table.ts';
import { noLink } from './diagnostics.ts';
import { HomeCopies } from './home-copies.ts';
import { RegionOperands } from './region-operands.ts';
import { TokenPool } from './tokens.ts';

type FlatInstruction = Exclude<Instruction, { kind: 'loop' }>;

/**
 * Turns the stages of a mapping into a program: transfers, launches and waits in the order of `planStage`, the
 * first loads of each stage within the stage before, repetitions rolled into loops.
 * @throws {MatchError} OPERAND_UNREACHABLE, LINK_MISSING, OPERAND_SCATTERED for schedules that their target
 * cannot run
 */
export function assembleProgram(mapping: Mapping): Program {
  return new Assembler(mapping).assemble();
}

class Assembler {
  readonly #mapping: Mapping;
  readonly #table: BufferTable;
  readonly #tokens = new TokenPool();
  readonly #copies: HomeCopies;
  readonly #instructions: FlatInstruction[] = [];

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
    this.#table = new BufferTable(mapping, guardsOf(mapping));
    this.#copies = new HomeCopies(mapping, this.#table, this.#tokens, (instruction) => {
      this.#instructions.push(instruction);
    });
  }

  assemble(): Program {
    const { graph, stages } = this.#mapping;
    for (const input of graph.inputs) this.#table.of(input);
    this.#copies.loadInputs();
    const walks = stages.map((stage) => new StageWalk(stage, this.#table));
    walks.forEach((walk, i) => {
      const { plan } = walk;
      if (i === 0) this.#follow(walk, plan.prefetch);
      this.#follow(walk, plan.steps.slice(0, plan.anchor));
      const next = walks[i + 1];
      if (next) this.#follow(next, next.plan.prefetch);
      this.#follow(walk, plan.steps.slice(plan.anchor));
      this.#copies.storeOutputs(walk.stage, stages.slice(i + 1));
    });
    this.#copies.finish();
    // Outputs that no stage makes: inputs, constants and views of them.
    for (const output of graph.outputs) {
      if (output.constant) this.#table.constantOutput(output);
      else this.#table.of(output);
    }
    return {
      mapping: this.#mapping,
      buffers: this.#table.all,
      bufferOf: this.#table.byValue,
      body: rollLoops(this.#instructions),
    };
  }

  #follow(walk: StageWalk, steps: readonly StageStep[]): void {
    for (const step of steps) {
      if (step.kind === 'compute') this.#compute(walk, step);
      else if (step.kind === 'wait') this.#wait(walk, step.token);
      else this.#move(walk, step);
    }
  }

  #move(walk: StageWalk, move: TileMove): void {
    const tokens: string[] = [];
    for (const { whole, dense } of walk.operands(move.region).pieces(move)) {
      const [from, to] = move.kind === 'load' ? [whole, dense] : [dense, whole];
      if (move.kind === 'load') this.#copies.await(from);
      const { target } = this.#mapping;
      if (!linkBetween(target, from.buffer.memory, to.buffer.memory))
        throw noLink(move.region, from.buffer.memory, to.buffer.memory, target.name);
      const token = this.#tokens.take();
      tokens.push(token);
      this.#instructions.push({ kind: 'transfer', token, region: move.region, from, to });
    }
    walk.tokens.set(move.token, tokens);
  }

  #compute(walk: StageWalk, step: TileCompute): void {
    const { region: mapped, tile } = step.job;
    const { region, module, pattern, schedule } = mapped;
    const operands = walk.operands(mapped);
    const { inputs, constants, outputs, scratch } = operands.slices(step);
    const strides = operands.strides(step);
    const call: KernelCall = { region, layouts: schedule.layouts, tile, ...(strides && { strides }) };
    for (const slice of [...inputs, ...outputs]) this.#copies.await(slice);
    const blocks = pattern.synchronous === true || module.queueDepth === 0;
    const token = blocks ? `call_${mapped.id}` : this.#tokens.take();
    if (!blocks) walk.tokens.set(step.token, [token]);
    this.#instructions.push({
      kind: blocks ? 'call' : 'launch',
      token,
      region: mapped,
      tile,
      ...(strides && { strides }),
      cycles: pattern.cycles(call),
      dispatchCycles: pattern.dispatchCycles?.(call) ?? module.dispatchCycles,
      inputs,
      constants,
      outputs,
      scratch,
      overlaps: operands.overlaps(inputs, outputs),
    });
  }

  #wait(walk: StageWalk, number: number): void {
    for (const token of walk.tokens.get(number) ?? []) {
      this.#instructions.push({ kind: 'wait', token });
      this.#tokens.release(token);
    }
    walk.tokens.delete(number);
  }
}

/** A stage on its way through the program. */
class StageWalk {
  readonly stage: Stage;
  readonly plan: StagePlan;
  /** What the program calls the stage's own tokens: as many as a move has pieces. */
  readonly tokens = new Map<number, readonly string[]>();
  readonly #table: BufferTable;
  readonly #operands = new Map<MappedRegion, RegionOperands>();

  constructor(stage: Stage, table: BufferTable) {
    this.stage = stage;
    this.plan = planStage(stage);
    this.#table = table;
  }

  operands(region: MappedRegion): RegionOperands {
    const known = this.#operands.get(region);
    if (known) return known;
    const operands = new RegionOperands(region, this.stage.jobs, this.#table);
    this.#operands.set(region, operands);
    return operands;
  }
}

/** Bytes behind each tensor that an engine which works on it where it lies may read. */
function guardsOf({ regions, views }: Mapping): ReadonlyMap<Value, number> {
  const guards = new Map<Value, number>();
  for (const mapped of regions) {
    const tiling = tilingOf(mapped);
    if (!tiling) continue;
    for (const role of ['inputs', 'outputs'] as const) {
      mapped.region[role].forEach((value, i) => {
        const guard = tiling[role][i]?.guardBytes ?? 0;
        if (guard === 0 || mapped.schedule[role][i]?.mode === 'streamed') return;
        let source = value;
        for (let next = views.get(source); next; next = views.get(source)) source = next;
        guards.set(source, Math.max(guard, guards.get(source) ?? 0));
      });
    }
  }
  return guards;
}
