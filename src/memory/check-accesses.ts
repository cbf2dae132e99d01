import { expand, type ConcreteSlice, type Step } from '../program/expand.ts';
import type { Buffer, BufferOverlap } from '../program/program.ts';
import { ByteOwnership, nobody, runsIntersect, type ByteRun } from './byte-ownership.ts';
import { ownedByProgram } from './check-placement.ts';
import type { PlacedProgram } from './placed-program.ts';
import type { PlanFault, PlanRule } from './plan-fault.ts';

/**
 * Runs the program on byte-wise books of every memory and reports each access that finds somebody else's
 * data, or disturbs a job under way. Knows offsets and instructions, no live ranges. Each rule is reported
 * once per set of buffers, at its first violation.
 */
export function checkAccesses(placed: PlacedProgram): PlanFault[] {
  return new AccessWalk(placed).run();
}

/** A slice at its address. `memory` is absent for constants, which nobody writes. */
interface Access {
  readonly buffer: Buffer;
  readonly memory: ByteOwnership | undefined;
  /** Sorted by start. */
  readonly runs: readonly ByteRun[];
  /** Where the slice begins. */
  readonly address: number;
}

/** A launch or transfer that nobody has waited for yet. */
interface Job {
  readonly name: string;
  readonly buffers: readonly Buffer[];
  readonly reads: readonly Access[];
  readonly writes: readonly Access[];
}

class AccessWalk {
  readonly #placed: PlacedProgram;
  readonly #faults: PlanFault[] = [];
  readonly #reported = new Set<string>();
  /** Arenas by memory level. */
  readonly #arenas = new Map<string, ByteOwnership>();
  /** The caller's buffers, each a memory of its own. */
  readonly #separate = new Map<Buffer, ByteOwnership>();
  readonly #numbers = new Map<Buffer, number>();
  readonly #jobs = new Map<string, Job>();
  readonly #jobNames: string[] = ['nobody'];
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
        this.#separate.set(buffer, new ByteOwnership(buffer.bytes));
      }
    });
    for (const [memory, bytes] of ends) this.#arenas.set(memory, new ByteOwnership(bytes));
  }

  run(): PlanFault[] {
    this.#storeInputs();
    const steps = expand(this.#placed.program);
    steps.forEach((step, at) => {
      this.#at = at;
      this.#step(step);
    });
    this.#at = steps.length;
    for (const [token, job] of this.#jobs) {
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
      const other = access.memory.firstForeign(access.runs, nobody);
      if (other) {
        const owner = this.#owner(other.owner);
        this.#fault('overlap', `inputs ${owner?.name} and ${buffer.name} share byte ${other.byte}`, [buffer]);
      }
      access.memory.own(access.runs, this.#number(buffer));
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
      if (access) this.#read(access, 'the caller', 'at the end');
    }
  }

  #step(step: Step): void {
    if (step.kind === 'wait') return this.#wait(step.instruction.token);
    const name = step.kind === 'kernel' ? step.instruction.region.region.root.name : step.instruction.token;
    const located = (slices: readonly ConcreteSlice[]): Access[] =>
      slices.flatMap((slice) => this.#access(slice, name) ?? []);
    const [reads, outputs, scratch, overlaps] =
      step.kind === 'transfer'
        ? [located([step.from]), located([step.to]), [], []]
        : [
            located([...step.inputs, ...step.constants]),
            located(step.outputs),
            located(step.scratch),
            step.instruction.overlaps,
          ];
    if (step.kind === 'transfer') this.#checkCopiedBytes(step.from, step.to, name);
    for (const access of reads) this.#read(access, name, `at ${name}`);
    this.#checkOperands(reads, outputs, scratch, overlaps, name);
    for (const access of [...outputs, ...scratch]) this.#checkWrite(access, name);
    if (step.kind === 'kernel' && step.instruction.kind === 'call') {
      for (const { memory, runs, buffer } of [...outputs, ...scratch])
        memory?.own(runs, this.#number(buffer));
    } else {
      this.#start(step.instruction.token, name, reads, [...outputs, ...scratch]);
    }
  }

  #start(token: string, name: string, reads: readonly Access[], writes: readonly Access[]): void {
    const buffers = [...new Set([...reads, ...writes].map((access) => access.buffer))];
    if (this.#jobs.has(token)) this.#fault('token', `${token} is started twice without a wait`, buffers);
    this.#jobNames.push(name);
    for (const { memory, runs } of reads) memory?.beginRead(runs);
    for (const { memory, runs } of writes) memory?.beginWrite(runs, this.#jobNames.length - 1);
    this.#jobs.set(token, { name, buffers, reads, writes });
  }

  #wait(token: string): void {
    const job = this.#jobs.get(token);
    if (!job) return this.#fault('token', `a wait names ${token}, which is not under way`, []);
    this.#jobs.delete(token);
    for (const { memory, runs } of job.reads) memory?.endRead(runs);
    for (const { memory, runs, buffer } of job.writes) memory?.endWrite(runs, this.#number(buffer));
  }

  /** What is read must be there, finished. */
  #read({ memory, runs, buffer }: Access, reader: string, when: string): void {
    const foreign = memory?.firstForeign(runs, this.#number(buffer));
    if (!foreign) return;
    const { byte, owner, writer } = foreign;
    if (writer !== nobody) {
      const job = this.#jobNames[writer] ?? '';
      this.#fault('unfinished-read', `${reader} reads ${buffer.name} before the wait for ${job}`, [buffer]);
    } else if (owner === nobody) {
      this.#fault('uninitialized', `${reader} reads byte ${byte} of ${buffer.name}, which nothing wrote`, [
        buffer,
      ]);
    } else {
      const culprit = this.#owner(owner);
      this.#fault(
        'clobbered',
        `${buffer.name} is read ${when}, but ${culprit?.name} was written over it at byte ${byte}`,
        culprit ? [buffer, culprit] : [buffer],
      );
    }
  }

  /** Operands of one step may meet only where the kernel reads ahead of what it writes. */
  #checkOperands(
    reads: readonly Access[],
    outputs: readonly Access[],
    scratch: readonly Access[],
    overlaps: readonly BufferOverlap[],
    name: string,
  ): void {
    const writes = [...outputs, ...scratch];
    writes.forEach((write, i) => {
      for (const other of writes.slice(0, i)) {
        if (other.buffer !== write.buffer && meet(write, other)) {
          this.#fault(
            'overlap',
            `${name} writes ${other.buffer.name} and ${write.buffer.name} to the same bytes`,
            [other.buffer, write.buffer],
          );
        }
      }
      for (const read of reads) {
        // In and out in one buffer: the program's own decision, no matter of placement.
        if (read.buffer === write.buffer || !meet(read, write)) continue;
        const allowed = overlaps.filter(
          (overlap) => overlap.input === read.buffer && overlap.output === write.buffer,
        );
        const uses = reads.filter((access) => access.buffer === read.buffer).length;
        const pair = [read.buffer, write.buffer];
        if (allowed.length < uses || i >= outputs.length) {
          this.#fault(
            'overlap',
            `${name} writes ${write.buffer.name} over ${read.buffer.name}, which it reads`,
            pair,
          );
          continue;
        }
        const lead = Math.max(...allowed.map((overlap) => overlap.lead));
        const between = this.#base(read.buffer) - this.#base(write.buffer);
        const distance = Math.min(between, read.address - write.address);
        if (distance < lead) {
          this.#fault(
            'overlap',
            `${read.buffer.name} is ${distance} bytes ahead of ${write.buffer.name}, and ${name} needs ${lead}`,
            pair,
          );
        }
      }
    });
  }

  #checkWrite({ memory, runs, buffer }: Access, name: string): void {
    if (!memory) {
      this.#fault('constant-written', `${name} writes the constant ${buffer.name}`, [buffer]);
      return;
    }
    const busy = memory.firstBusy(runs);
    if (busy === undefined) return;
    this.#fault(
      'unfinished-write',
      `${name} writes ${buffer.name} while a job under way still uses byte ${busy} of ${buffer.memory}`,
      [buffer],
    );
  }

  #checkCopiedBytes(from: ConcreteSlice, to: ConcreteSlice, name: string): void {
    const source = from.rows * from.rowBytes;
    const destination = to.rows * to.rowBytes;
    if (source === destination) return;
    this.#fault('bounds', `${name} copies ${source} bytes to a place of ${destination}`, [
      from.buffer,
      to.buffer,
    ]);
  }

  #access({ buffer, offset, rows, rowBytes, rowStride }: ConcreteSlice, name: string): Access | undefined {
    if (!this.#numbers.has(buffer)) {
      this.#fault('placement', `${name} uses ${buffer.name}, which is no buffer of the program`, [buffer]);
      return undefined;
    }
    const base = this.#base(buffer);
    const runs: [number, number][] = [];
    for (let row = 0; row < rows; row++) {
      const start = offset + row * rowStride;
      if (start < 0 || start + rowBytes > buffer.bytes) {
        this.#fault('bounds', `${name} reaches beyond the ${buffer.bytes} bytes of ${buffer.name}`, [buffer]);
        return undefined;
      }
      if (rowBytes > 0) runs.push([base + start, base + start + rowBytes]);
    }
    const memory = this.#memory(buffer);
    if (!memory && buffer.role !== 'constant') {
      this.#fault('placement', `${name} uses ${buffer.name}, which has no address`, [buffer]);
      return undefined;
    }
    return { buffer, memory, runs: runs.sort((a, b) => a[0] - b[0]), address: base + offset };
  }

  #whole(buffer: Buffer): Access | undefined {
    return this.#access({ buffer, offset: 0, rows: 1, rowBytes: buffer.bytes, rowStride: 0 }, buffer.name);
  }

  #base(buffer: Buffer): number {
    return this.#placed.offsets.get(buffer) ?? 0;
  }

  #memory(buffer: Buffer): ByteOwnership | undefined {
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

function meet(a: Access, b: Access): boolean {
  return a.memory !== undefined && a.memory === b.memory && runsIntersect(a.runs, b.runs);
}
