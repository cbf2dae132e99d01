import { expand, type ConcreteSlice, type Step } from '../program/expand.ts';
import type { Buffer } from '../program/program.ts';
import { linkBetween } from '../target/transfer.ts';
import { ByteBooks, nobody } from './byte-books.ts';
import { overlapFaults } from './check-overlaps.ts';
import { ContentChecker } from './check-content.ts';
import { ownedByProgram } from './check-placement.ts';
import { JobsUnderWay, type Access } from './jobs-under-way.ts';
import type { PlacedProgram } from './placed-program.ts';
import type { PlanFault, PlanRule } from './plan-fault.ts';
import { countBytes, runsOf, sortRuns } from './slice-runs.ts';

/**
 * Runs the program on byte-wise books of every memory and reports each access that finds somebody else's data or
 * bytes of another tile, or disturbs a job under way. Jobs of one engine follow each other; across engines only a
 * wait orders anything. Knows offsets, instructions and the mapping, no live ranges. Each rule is reported once
 * per set of buffers, at its first violation. Cost: about the bytes that the program touches.
 */
export function checkAccesses(placed: PlacedProgram): PlanFault[] {
  return new AccessWalk(placed).run();
}

type WorkStep = Exclude<Step, { kind: 'wait' }>;

class AccessWalk {
  readonly #placed: PlacedProgram;
  readonly #faults: PlanFault[] = [];
  readonly #reported = new Set<string>();
  /** Arenas by memory level. */
  readonly #arenas = new Map<string, ByteBooks>();
  /** The caller's buffers, each a memory of its own. */
  readonly #separate = new Map<Buffer, ByteBooks>();
  readonly #numbers = new Map<Buffer, number>();
  readonly #jobs = new JobsUnderWay();
  readonly #content: ContentChecker;
  #at = -1;

  constructor(placed: PlacedProgram) {
    this.#placed = placed;
    const ends = new Map<string, number>();
    placed.program.buffers.forEach((buffer, i) => {
      this.#numbers.set(buffer, i + 1);
      if (buffer.role === 'constant') return;
      if (ownedByProgram(buffer, placed)) {
        const end = (placed.offsets.get(buffer) ?? 0) + buffer.bytes;
        ends.set(buffer.memory, Math.max(ends.get(buffer.memory) ?? 0, end));
      } else {
        this.#separate.set(buffer, new ByteBooks(buffer.bytes));
      }
    });
    for (const [memory, bytes] of ends) this.#arenas.set(memory, new ByteBooks(bytes));
    this.#content = new ContentChecker(placed.program, (rule, message, buffers) =>
      this.#fault(rule, message, buffers),
    );
  }

  run(): PlanFault[] {
    this.#storeInputs();
    const steps = expand(this.#placed.program);
    steps.forEach((step, at) => {
      this.#at = at;
      if (step.kind !== 'wait') this.#work(step);
      else if (!this.#jobs.wait(step.instruction.token)) {
        this.#fault('token', `a wait names ${step.instruction.token}, which is not under way`, []);
      }
    });
    this.#at = steps.length;
    for (const [token, job] of this.#jobs.tokens) {
      this.#fault('token', `nothing waits for ${token}`, job.buffers);
    }
    this.#readOutputs();
    return this.#faults;
  }

  #storeInputs(): void {
    for (const buffer of this.#placed.program.buffers) {
      if (buffer.role !== 'input') continue;
      const access = this.#whole(buffer);
      if (!access?.memory) continue;
      const shared = access.memory.firstForeign(access.runs, nobody);
      if (shared !== undefined) {
        const owner = this.#owner(access.memory.ownerAt(shared));
        this.#fault('overlap', `inputs ${owner?.name} and ${buffer.name} share byte ${shared}`, [buffer]);
      }
      access.memory.own(access.runs, this.#number(buffer));
      this.#content.store(access);
    }
  }

  #readOutputs(): void {
    const { program } = this.#placed;
    const outputs = new Set(program.buffers.filter((buffer) => buffer.role === 'output'));
    for (const value of program.mapping.graph.outputs) {
      const buffer = program.bufferOf.get(value);
      if (buffer) outputs.add(buffer);
    }
    for (const buffer of outputs) {
      const access = this.#whole(buffer);
      if (!access) continue;
      if (this.#read(access, '', 'the caller', 'at the end')) this.#content.readOutput(access);
    }
  }

  #work(step: WorkStep): void {
    const kernel = step.kind === 'kernel' ? step : undefined;
    const name = kernel ? kernel.instruction.region.region.root.name : step.instruction.token;
    const engine = this.#engine(step);
    const { token, kind } = step.instruction;
    const each = (slices: readonly ConcreteSlice[]): readonly (Access | undefined)[] =>
      slices.map((slice) => this.#access(slice, name));
    const read = each(step.kind === 'kernel' ? [...step.inputs, ...step.constants] : [step.from]);
    const written = each(step.kind === 'kernel' ? step.outputs : [step.to]);
    const scratch = each(kernel?.scratch ?? []).flatMap((access) => access ?? []);
    const reads = read.flatMap((access) => access ?? []);
    const outputs = written.flatMap((access) => access ?? []);
    if (step.kind === 'transfer') this.#checkCopiedBytes(step.from, step.to, name);
    const readable = read.map((access) => access && this.#read(access, engine, name, `at ${name}`));
    const accesses = { reads, outputs, scratch, overlaps: kernel?.instruction.overlaps ?? [] };
    for (const { message, buffers } of overlapFaults(accesses, name, (buffer) => this.#base(buffer))) {
      this.#fault('overlap', message, buffers);
    }
    if (kernel && this.#content.continuesSum(kernel)) {
      for (const access of scratch) this.#read(access, engine, name, `at ${name}`);
    }
    if (kernel) this.#content.readOperands(kernel, name, read, readable);
    const writable = written.map((access) => access !== undefined && this.#claim(access, engine, name));
    for (const access of scratch) if (this.#claim(access, engine, name)) this.#content.forget(access);
    if (step.kind === 'kernel') this.#content.writeOperands(step, name, written, writable);
    else if (read[0] && written[0] && writable[0]) this.#copyContent(step, read[0], written[0]);
    if (kind === 'call') {
      this.#jobs.drain(engine);
      return;
    }
    const writes = [...outputs, ...scratch];
    const buffers = [...new Set([...reads, ...writes].map((access) => access.buffer))];
    if (this.#jobs.has(token)) this.#fault('token', `${token} is started twice without a wait`, buffers);
    this.#jobs.start({ token, name, engine, buffers, reads, writes });
  }

  /** What works on the step. Transfers that no link carries out have an engine of their own. */
  #engine(step: WorkStep): string {
    if (step.kind === 'kernel') return `module ${step.instruction.region.module.name}`;
    const { from, to, instruction } = step;
    const { target } = this.#placed.program.mapping;
    const link = linkBetween(target, from.buffer.memory, to.buffer.memory);
    return link ? `channel ${link.channel}` : `transfer ${instruction.token}`;
  }

  /** What is read must be there, finished. */
  #read(access: Access, engine: string, reader: string, when: string): boolean {
    const { memory, runs, buffer } = access;
    if (!memory) return true;
    const unfinished = this.#jobs.writer(access, engine);
    if (unfinished) {
      const message = `${reader} reads ${buffer.name} before the wait for ${unfinished.job.name}`;
      this.#fault('unfinished-read', message, [buffer]);
      return false;
    }
    const byte = memory.firstForeign(runs, this.#number(buffer));
    if (byte === undefined) return true;
    const culprit = this.#owner(memory.ownerAt(byte));
    if (culprit) {
      this.#fault(
        'clobbered',
        `${buffer.name} is read ${when}, but ${culprit.name} was written over it at byte ${byte}`,
        [buffer, culprit],
      );
    } else {
      this.#fault('uninitialized', `${reader} reads byte ${byte} of ${buffer.name}, which nothing wrote`, [
        buffer,
      ]);
    }
    return false;
  }

  /** Writes to the books, unless a job under way is in the way. */
  #claim(access: Access, engine: string, name: string): boolean {
    const { memory, runs, buffer } = access;
    if (!memory) {
      this.#fault('constant-written', `${name} writes the constant ${buffer.name}`, [buffer]);
      return false;
    }
    const busy = this.#jobs.user(access, engine);
    if (busy) {
      this.#fault(
        'unfinished-write',
        `${name} writes ${buffer.name} while ${busy.job.name}, under way, still uses byte ${busy.byte} of ${buffer.memory}`,
        [buffer],
      );
      return false;
    }
    memory.own(runs, this.#number(buffer));
    return true;
  }

  #copyContent({ from, to }: Extract<Step, { kind: 'transfer' }>, source: Access, destination: Access): void {
    this.#content.copy(
      source,
      runsOf(from, this.#base(from.buffer)),
      destination,
      runsOf(to, this.#base(to.buffer)),
    );
  }

  #checkCopiedBytes(from: ConcreteSlice, to: ConcreteSlice, name: string): void {
    const source = countBytes(runsOf(from, 0));
    const destination = countBytes(runsOf(to, 0));
    if (source === destination) return;
    this.#fault('bounds', `${name} copies ${source} bytes to a place of ${destination}`, [
      from.buffer,
      to.buffer,
    ]);
  }

  #access(slice: ConcreteSlice, name: string): Access | undefined {
    const { buffer, offset } = slice;
    if (!this.#numbers.has(buffer)) {
      this.#fault('placement', `${name} uses ${buffer.name}, which is no buffer of the program`, [buffer]);
      return undefined;
    }
    const base = this.#base(buffer);
    const runs = sortRuns(runsOf(slice, base));
    if ((runs[0]?.[0] ?? base) < base || (runs.at(-1)?.[1] ?? base) > base + buffer.bytes) {
      this.#fault('bounds', `${name} reaches beyond the ${buffer.bytes} bytes of ${buffer.name}`, [buffer]);
      return undefined;
    }
    const memory = this.#memory(buffer);
    if (!memory && buffer.role !== 'constant') {
      this.#fault('placement', `${name} uses ${buffer.name}, which has no address`, [buffer]);
      return undefined;
    }
    return { buffer, memory, runs, address: base + offset };
  }

  #whole(buffer: Buffer): Access | undefined {
    return this.#access({ buffer, offset: 0, rows: 1, rowBytes: buffer.bytes, rowStride: 0 }, buffer.name);
  }

  #base(buffer: Buffer): number {
    return this.#placed.offsets.get(buffer) ?? 0;
  }

  #memory(buffer: Buffer): ByteBooks | undefined {
    if (buffer.role === 'constant') return undefined;
    const separate = this.#separate.get(buffer);
    if (separate) return separate;
    return this.#placed.offsets.has(buffer) ? this.#arenas.get(buffer.memory) : undefined;
  }

  #number(buffer: Buffer): number {
    return this.#numbers.get(buffer) ?? nobody;
  }

  #owner(number: number): Buffer | undefined {
    return this.#placed.program.buffers[number - 1];
  }

  #fault(rule: PlanRule, message: string, buffers: readonly Buffer[]): void {
    const key = `${rule} ${buffers.map((buffer) => this.#number(buffer)).join(' ')} ${buffers.length ? '' : message}`;
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    this.#faults.push({ rule, message, buffers, at: this.#at });
  }
}
