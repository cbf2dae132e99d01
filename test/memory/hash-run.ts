import {
  expand,
  linkBetween,
  operandBox,
  tilingOf,
  type Buffer,
  type ConcreteSlice,
  type KernelInstruction,
  type PlacedProgram,
  type Step,
  type Tile,
} from 'match-compiler';

type KernelStep = Extract<Step, { kind: 'kernel' }>;
type Operands = 'inputs' | 'constants' | 'outputs';
type WorkStep = Exclude<Step, { kind: 'wait' }>;

/** When work takes effect: as it is handed over, or as late as the waits and the order of its engine allow. */
interface Pace {
  readonly kernels: 'eager' | 'lazy';
  readonly transfers: 'eager' | 'lazy';
}

const paces: readonly Pace[] = [
  { kernels: 'eager', transfers: 'eager' },
  { kernels: 'lazy', transfers: 'lazy' },
  { kernels: 'eager', transfers: 'lazy' },
  { kernels: 'lazy', transfers: 'eager' },
];

/**
 * Runs a placed program on numbers instead of bytes, at every pace: each call mixes all that it reads through its
 * strides with the values of its job fields, and leaves a number of its own in each byte of its output. The outputs
 * of the network at each pace: equal lists mean that no schedule of the engines shows a difference.
 */
export function outputHashes(placed: PlacedProgram): readonly number[] {
  return paces.map((pace, i) => new HashRun(placed, pace, i + 1).run());
}

function mix(a: number, b: number): number {
  let h = Math.imul(a ^ (b + 0x9e3779b9 + (a << 6) + (a >>> 2)), 0x85ebca6b);
  h ^= h >>> 13;
  return Math.imul(h, 0xc2b2ae35) | 1;
}

function textHash(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return hash;
}

class HashRun {
  readonly #placed: PlacedProgram;
  readonly #pace: Pace;
  readonly #memories = new Map<unknown, Int32Array>();
  /** Work handed over and not in effect, by engine. */
  readonly #queues = new Map<string, WorkStep[]>();
  readonly #pending = new Map<string, { readonly engine: string; readonly step: WorkStep }>();
  readonly #seed: number;

  constructor(placed: PlacedProgram, pace: Pace, seed: number) {
    this.#placed = placed;
    this.#pace = pace;
    this.#seed = seed;
  }

  run(): number {
    const { program } = this.#placed;
    for (const buffer of program.buffers) {
      if (buffer.role === 'input') this.#fill(buffer, textHash(buffer.name));
    }
    for (const step of expand(program)) {
      if (step.kind === 'wait') this.#wait(step.instruction.token);
      else this.#start(step);
    }
    for (const engine of this.#queues.keys()) this.#finish(engine);
    let hash = 1;
    for (const buffer of program.buffers) {
      if (buffer.role !== 'output') continue;
      const [memory, base] = this.#place(buffer);
      for (let i = 0; i < buffer.bytes; i++) hash = mix(hash, memory[base + i] ?? 0);
    }
    return hash;
  }

  #start(step: WorkStep): void {
    const engine = this.#engine(step);
    const queue = this.#queues.get(engine) ?? [];
    this.#queues.set(engine, queue);
    queue.push(step);
    const pace = step.kind === 'kernel' ? this.#pace.kernels : this.#pace.transfers;
    if (pace === 'eager' || step.instruction.kind === 'call') this.#finish(engine);
    if (step.instruction.kind !== 'call') this.#pending.set(step.instruction.token, { engine, step });
  }

  #wait(token: string): void {
    const job = this.#pending.get(token);
    this.#pending.delete(token);
    if (job && this.#queues.get(job.engine)?.includes(job.step)) this.#finish(job.engine, job.step);
  }

  #finish(engine: string, last?: WorkStep): void {
    const queue = this.#queues.get(engine) ?? [];
    for (let step = queue.shift(); step; step = queue.shift()) {
      if (step.kind === 'kernel') this.#compute(step);
      else this.#copy(step.from, step.to);
      if (step === last) return;
    }
  }

  #engine(step: WorkStep): string {
    if (step.kind === 'kernel') return step.instruction.region.module.name;
    const { target } = this.#placed.program.mapping;
    return linkBetween(target, step.from.buffer.memory, step.to.buffer.memory)?.channel ?? '';
  }

  #copy(from: ConcreteSlice, to: ConcreteSlice): void {
    const source = places(from);
    const destination = places(to);
    const [read, readBase] = this.#place(from.buffer);
    const [written, writeBase] = this.#place(to.buffer);
    const values = source.map((at) => read[readBase + at] ?? 0);
    destination.forEach((at, i) => (written[writeBase + at] = values[i] ?? 0));
  }

  #compute(step: KernelStep): void {
    const { instruction, tile } = step;
    let hash = textHash(`${instruction.region.id} ${fieldText(instruction, tile)}`);
    for (const role of ['inputs', 'constants'] as const) {
      step[role].forEach((slice, i) => {
        const [memory, base] = this.#place(slice.buffer);
        for (const at of operandPlaces(step, role, i)) hash = mix(hash, memory[base + at] ?? 0);
      });
    }
    for (const slice of step.scratch) {
      const [memory, base] = this.#place(slice.buffer);
      for (const at of places(slice)) memory[base + at] = mix(hash, at);
    }
    const adds = continues(instruction, tile);
    step.outputs.forEach((slice, i) => {
      const [memory, base] = this.#place(slice.buffer);
      operandPlaces(step, 'outputs', i).forEach((at, k) => {
        const before = adds ? (memory[base + at] ?? 0) : 0;
        memory[base + at] = mix(mix(hash, before), k);
      });
    });
  }

  #fill(buffer: Buffer, seed: number): void {
    const [memory, base] = this.#place(buffer);
    for (let i = 0; i < buffer.bytes; i++) memory[base + i] = mix(seed, i);
  }

  /** The memory of a buffer and its first byte there. */
  #place(buffer: Buffer): readonly [Int32Array, number] {
    const offset = this.#placed.offsets.get(buffer);
    const key = offset === undefined ? buffer : buffer.memory;
    const known = this.#memories.get(key);
    if (known) return [known, offset ?? 0];
    const arena = this.#placed.plans.find(({ memory }) => memory === buffer.memory)?.arenaBytes ?? 0;
    const slack = 4096;
    const memory = new Int32Array(offset === undefined ? buffer.bytes : arena + slack);
    // What nobody wrote is different at every pace.
    for (let i = 0; i < memory.length; i++) memory[i] = mix(this.#seed * 77, i);
    this.#memories.set(key, memory);
    if (buffer.role === 'constant') this.#fill(buffer, textHash(buffer.name));
    return [memory, offset ?? 0];
  }
}

/** What the kernel is told beside addresses. */
function fieldText({ region, strides }: KernelInstruction, tile: Tile): string {
  const { kernel } = region.pattern;
  const tiling = tilingOf(region);
  // A stride along an axis of one index moves nothing.
  const used = (role: Operands): readonly (readonly number[])[] =>
    (strides?.[role] ?? []).map((list, i) => {
      const operand = tiling?.[role][i];
      const box = operand && operandBox(operand, tile);
      return list.map((stride, axis) => (box?.ranges[axis]?.extent === 1 ? 0 : stride));
    });
  const call = {
    region: region.region,
    layouts: region.schedule.layouts,
    tile,
    ...(strides && {
      strides: { inputs: used('inputs'), constants: used('constants'), outputs: used('outputs') },
    }),
  };
  return kernel.kind === 'job' ? JSON.stringify(kernel.fields(call)) : JSON.stringify(tile);
}

function continues({ region }: KernelInstruction, tile: Tile): boolean {
  return (tilingOf(region)?.dimensions ?? []).some(
    ({ name, reduction }) => reduction && (tile.ranges[name]?.start ?? 0) > 0,
  );
}

/** Offsets in the buffer of the bytes of an operand, in the order of its axes. */
function operandPlaces(step: KernelStep, role: Operands, index: number): readonly number[] {
  const { instruction, tile } = step;
  const slice = step[role][index];
  const operand = tilingOf(instruction.region)?.[role][index];
  if (!slice) return [];
  if (!operand) return places(slice);
  const box = operandBox(operand, tile);
  const strides = instruction.strides?.[role][index] ?? box.strides;
  let at = [slice.offset];
  box.ranges.forEach(({ extent }, axis) => {
    at = at.flatMap((start) => Array.from({ length: extent }, (_, i) => start + i * (strides[axis] ?? 0)));
  });
  const last = operand.axes.at(-1)?.bytes ?? operand.bytes;
  const bytes = at.flatMap((start) => Array.from({ length: last }, (_, i) => start + i));
  return bytes.slice(0, box.bytes);
}

/** Offsets in the buffer of the bytes of a slice, in its order. */
function places({ offset, rowBytes, rows, rowStride, planes }: ConcreteSlice): readonly number[] {
  const list: number[] = [];
  for (let plane = 0; plane < (planes?.count ?? 1); plane++) {
    for (let row = 0; row < rows; row++) {
      const start = offset + plane * (planes?.stride ?? 0) + row * rowStride;
      for (let i = 0; i < rowBytes; i++) list.push(start + i);
    }
  }
  return list;
}
