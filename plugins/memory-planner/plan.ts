import {
  analyzeLiveness,
  isInArena,
  positionName,
  sharedConstants,
  type Buffer,
  type Liveness,
  type MemoryPlan,
  type PlacedProgram,
  type PlanResult,
  type Program,
} from 'match-compiler';
import { readOnlyMemory, unknownMemory } from './diagnostics.ts';
import { createProblem, type Item, type Permission } from './placement-problem.ts';
import { lowerBound, peakLive } from './lower-bound.ts';
import { overflows } from './overflow.ts';
import { solvePlacement, type Solution } from './solve.ts';
import { stageConstants } from './stage-constants.ts';

/** How much more work is worth its time when a plan does not fit though it might. */
const lastEffort = 10;

/**
 * Offsets for every read-write buffer that the program owns, level by level in the target's order. Where constants
 * leave too little of their home, some are stored in the overflow memory and the program fetches them.
 * @throws {MatchError} MEMORY_UNKNOWN, MEMORY_READ_ONLY when a buffer is where it cannot be
 */
export function planProgram(program: Program, io: PlacedProgram['io'], patience = 1): PlanResult {
  const result = planLevels(program, io, patience);
  if ('placed' in result || result.doesNotFit.memory !== program.mapping.target.homes.constants)
    return result;
  for (const overflow of overflows(program, io)) {
    const staged = planLevels(stageConstants(program, overflow), io, patience);
    if ('placed' in staged) return staged;
  }
  return result;
}

function planLevels(program: Program, io: PlacedProgram['io'], patience: number): PlanResult {
  const { target } = program.mapping;
  const liveness = analyzeLiveness(program);
  const plans: MemoryPlan[] = [];
  const placed: { readonly buffer: Buffer; readonly offset: number }[] = [];
  for (const buffer of program.buffers) {
    if (!Object.hasOwn(target.memories, buffer.memory)) throw unknownMemory(buffer, target.name);
  }
  for (const [memory, { bytes: capacity, alignment, access }] of Object.entries(target.memories)) {
    const here = program.buffers.filter((buffer) => buffer.memory === memory);
    if (here.length === 0) continue;
    const owned = here.filter((buffer) => liveness.ranges.has(buffer) && isInArena(buffer, io));
    const [misplaced] = owned;
    if (access === 'read-only' && misplaced) throw readOnlyMemory(misplaced, target.name);
    const level = new LevelPlanner(memory, owned, constantsIn(program, memory), alignment, liveness);
    const result = level.plan(capacity, patience);
    if (result.plan.arenaBytes + result.plan.constantBytes > capacity)
      return level.witness(capacity, result.plan);
    plans.push(result.plan);
    placed.push(...result.offsets);
  }
  const offsets = new Map(placed.map(({ buffer, offset }) => [buffer, offset]));
  return { placed: { program, offsets, plans, io } };
}

/** Constants stored in a memory, each content once. */
function constantsIn(program: Program, memory: string): Buffer[] {
  return [...new Set(sharedConstants(program).values())].filter((buffer) => buffer.memory === memory);
}

interface LevelResult {
  readonly plan: MemoryPlan;
  /** By offset, then by the order of the program. */
  readonly offsets: readonly { readonly buffer: Buffer; readonly offset: number }[];
}

class LevelPlanner {
  readonly #memory: string;
  readonly #buffers: readonly Buffer[];
  readonly #constants: readonly Buffer[];
  readonly #liveness: Liveness;
  readonly #items: readonly Item[];
  readonly #permissions: readonly Permission[];

  constructor(
    memory: string,
    owned: readonly Buffer[],
    constants: readonly Buffer[],
    alignment: number,
    liveness: Liveness,
  ) {
    this.#memory = memory;
    // Empty buffers share their address with anything.
    this.#buffers = [...owned.filter(({ bytes }) => bytes > 0), ...owned.filter(({ bytes }) => bytes === 0)];
    this.#constants = constants;
    this.#liveness = liveness;
    const index = new Map<Buffer, number>();
    this.#items = this.#buffers.flatMap((buffer, i) => {
      const range = liveness.ranges.get(buffer);
      if (!range || buffer.bytes === 0) return [];
      index.set(buffer, i);
      const { first, last } = range;
      return [{ size: buffer.bytes, alignment: Math.max(alignment, buffer.alignment), first, last }];
    });
    this.#permissions = liveness.overlaps.flatMap(({ input, output, lead }) => {
      const from = index.get(input);
      const to = index.get(output);
      return from === undefined || to === undefined ? [] : [{ input: from, output: to, lead }];
    });
  }

  plan(capacity: number, patience: number): LevelResult {
    const constantBytes = this.#constants.reduce((sum, { bytes }) => sum + bytes, 0);
    let solution = solvePlacement(this.#items, this.#permissions, patience);
    if (solution.arena + constantBytes > capacity && solution.bound + constantBytes <= capacity) {
      solution = solvePlacement(this.#items, this.#permissions, patience * lastEffort);
    }
    const { arena, bound, offsets } = solution;
    return {
      plan: {
        memory: this.#memory,
        arenaBytes: arena,
        constantBytes,
        peakLiveBytes: peakLive(createProblem(this.#items, [])),
        bound: { lowerBound: bound, proof: this.#proofText(solution), optimal: bound === arena },
      },
      offsets: this.#buffers
        .map((buffer, i) => ({ buffer, offset: offsets[i] ?? 0 }))
        .sort((a, b) => a.offset - b.offset || a.buffer.id - b.buffer.id),
    };
  }

  /** What is alive at the most crowded position, largest first, then the constants that share the level. */
  witness(capacity: number, plan: MemoryPlan): PlanResult {
    const { clique } = lowerBound(createProblem(this.#items, this.#permissions));
    const alive = Array.from(clique?.members ?? [], (i) => this.#buffers[i] as Buffer);
    const bySize = (a: Buffer, b: Buffer): number => b.bytes - a.bytes || a.id - b.id;
    return {
      doesNotFit: {
        memory: this.#memory,
        capacity,
        needed: plan.arenaBytes + plan.constantBytes,
        at: clique?.at ?? -1,
        alive: [...alive.sort(bySize), ...[...this.#constants].sort(bySize)],
      },
    };
  }

  #proofText({ bound, proof }: Solution): string {
    if (proof.kind === 'search') {
      const searched = `exhaustive search of ${proof.nodes} nodes`;
      if (proof.items.length === this.#items.length) {
        return `no placement within ${proof.within} bytes exists: ${searched}`;
      }
      const which = `the ${proof.items.length} buffers alive at steps ${Math.max(0, proof.from)} to ${proof.to}`;
      return `${which} alone have no placement within ${proof.within} bytes: ${searched}`;
    }
    if (proof.items.length === 0) return 'no read-write buffers';
    const where = positionName(this.#liveness.steps, proof.at);
    const sum = proof.items.reduce((total, i) => total + (this.#items[i]?.size ?? 0), 0);
    const [buffers, need] =
      proof.items.length === 1 ? ['1 buffer', 'needs'] : [`${proof.items.length} buffers`, 'need'];
    const how = bound < sum ? ' with outputs over inputs' : bound > sum ? ' with alignment' : '';
    return `the ${buffers} alive at ${where} ${need} ${bound} bytes${how}`;
  }
}
