import { expand, type Buffer, type ConcreteSlice, type PlacedProgram, type Step } from 'match-compiler';

/** Content of a byte that nobody wrote, or that a job is still to write. */
const undefinedContent = -1;

/**
 * Runs a placed program on one array of numbers per memory, as unkindly as its rules allow: a kernel reads each
 * input byte as late as its leads let it, fills its scratch with garbage before and after, writes
 * its outputs one after the other in either order, and a job's output appears at its wait. Every byte written is a new number. Returns whether every read, the last one of the outputs
 * included, finds what the same program finds in memories where no two buffers meet.
 */
export function runsAsIfApart(placed: PlacedProgram): boolean {
  const apart = new Map<Buffer, number>();
  let end = 0;
  for (const buffer of placed.program.buffers) {
    apart.set(buffer, end);
    end += buffer.bytes;
  }
  const together = (buffer: Buffer): number => placed.offsets.get(buffer) ?? 0;
  return [false, true].every((reversed) => {
    const expected = new Run(placed, (buffer) => apart.get(buffer) ?? 0, reversed).log();
    const actual = new Run(placed, together, reversed).log();
    return (
      expected.length === actual.length &&
      expected.every((value, i) => value !== undefinedContent && value === actual[i])
    );
  });
}

interface Job {
  readonly scratch: readonly { readonly buffer: Buffer; readonly byte: number; readonly value: number }[];
  readonly commits: readonly { readonly buffer: Buffer; readonly byte: number; readonly value: number }[];
  /** What was read at the launch, and whether the job's own output lies over it. */
  readonly reads: readonly {
    readonly buffer: Buffer;
    readonly byte: number;
    readonly value: number;
    readonly covered: boolean;
  }[];
}

class Run {
  readonly #placed: PlacedProgram;
  readonly #addressOf: (buffer: Buffer) => number;
  readonly #reversed: boolean;
  readonly #memories = new Map<unknown, Map<number, number>>();
  readonly #log: number[] = [];
  readonly #jobs = new Map<string, Job>();
  #fresh = 1;

  constructor(placed: PlacedProgram, addressOf: (buffer: Buffer) => number, reversed: boolean) {
    this.#reversed = reversed;
    this.#placed = placed;
    this.#addressOf = addressOf;
  }

  log(): readonly number[] {
    const { program } = this.#placed;
    for (const buffer of program.buffers) {
      if (buffer.role !== 'input' && buffer.role !== 'constant') continue;
      for (let byte = 0; byte < buffer.bytes; byte++) this.#write(buffer, byte, this.#fresh++);
    }
    for (const step of expand(program)) this.#step(step);
    for (const buffer of program.buffers) {
      if (buffer.role !== 'output') continue;
      for (let byte = 0; byte < buffer.bytes; byte++) this.#read(buffer, byte);
    }
    return this.#log;
  }

  #step(step: Step): void {
    if (step.kind === 'wait') return this.#wait(step.instruction.token);
    const kernel = step.kind === 'kernel' ? step : undefined;
    const reads = kernel
      ? [...kernel.inputs, ...kernel.constants]
      : step.kind === 'transfer'
        ? [step.from]
        : [];
    const writes = kernel ? kernel.outputs : step.kind === 'transfer' ? [step.to] : [];
    const scratch = kernel?.scratch ?? [];
    this.#fill(scratch);
    const left = reads.map((slice) => bytesOf(slice));
    const done = reads.map(() => 0);
    const seen: { buffer: Buffer; byte: number; value: number }[] = [];
    const commits: { buffer: Buffer; byte: number; value: number }[] = [];
    const readUpTo = (slice: number, count: number): void => {
      const bytes = left[slice] ?? [];
      for (; (done[slice] ?? 0) < Math.min(count, bytes.length); done[slice] = (done[slice] ?? 0) + 1) {
        const buffer = reads[slice]?.buffer;
        const byte = bytes[done[slice] ?? 0];
        if (buffer && byte !== undefined) seen.push({ buffer, byte, value: this.#read(buffer, byte) });
      }
    };
    const outputs = writes.map((slice) => bytesOf(slice));
    const sequence = writes.map((_, w) => (this.#reversed ? writes.length - 1 - w : w));
    for (const w of sequence) {
      const write = writes[w];
      if (!write) continue;
      // What the permissions promise to have read before byte p of this output, and no more.
      const leads = reads.map((read) =>
        (kernel?.instruction.overlaps ?? [])
          .filter(({ input, output }) => input === read.buffer && output === write.buffer)
          .map(({ lead }) => lead),
      );
      for (const [p, byte] of (outputs[w] ?? []).entries()) {
        leads.forEach((own, r) => own.length > 0 && readUpTo(r, p - Math.max(...own) + 1));
        commits.push({ buffer: write.buffer, byte, value: this.#fresh });
        this.#write(write.buffer, byte, this.#fresh++);
      }
    }
    reads.forEach((_, r) => readUpTo(r, Infinity));
    this.#fill(scratch);
    if (kernel?.instruction.kind === 'call') return;
    const taken = new Set(commits.map(({ buffer, byte }) => this.#place(buffer, byte)));
    for (const { buffer, byte } of commits) this.#write(buffer, byte, undefinedContent);
    this.#jobs.set(step.instruction.token, {
      commits,
      scratch: this.#fill(scratch),
      reads: seen.map((read) => ({ ...read, covered: taken.has(this.#place(read.buffer, read.byte)) })),
    });
  }

  #wait(token: string): void {
    const job = this.#jobs.get(token);
    if (!job) return;
    this.#jobs.delete(token);
    // What the job reads must still be there; what it writes nobody else may have touched.
    for (const { buffer, byte, value, covered } of job.reads) {
      if (covered) this.#log.push(value);
      else this.#read(buffer, byte);
    }
    for (const { buffer, byte, value } of job.scratch) {
      const kept = this.#memory(buffer).get(this.#addressOf(buffer) + byte) === value;
      this.#log.push(kept ? 0 : undefinedContent);
    }
    for (const { buffer, byte, value } of job.commits) {
      const clean = this.#memory(buffer).get(this.#addressOf(buffer) + byte) === undefinedContent;
      this.#log.push(clean ? 0 : undefinedContent);
      this.#write(buffer, byte, value);
    }
  }

  #fill(scratch: readonly ConcreteSlice[]): Job['scratch'] {
    const garbage = scratch.flatMap((slice) =>
      bytesOf(slice).map((byte) => ({ buffer: slice.buffer, byte, value: this.#fresh++ })),
    );
    for (const { buffer, byte, value } of garbage) this.#write(buffer, byte, value);
    return garbage;
  }

  #memory(buffer: Buffer): Map<number, number> {
    const key = this.#placed.offsets.has(buffer) ? buffer.memory : buffer;
    const known = this.#memories.get(key) ?? new Map<number, number>();
    this.#memories.set(key, known);
    return known;
  }

  #place(buffer: Buffer, byte: number): string {
    return `${this.#placed.offsets.has(buffer) ? buffer.memory : `#${buffer.id}`} ${this.#addressOf(buffer) + byte}`;
  }

  #read(buffer: Buffer, byte: number): number {
    const value = this.#memory(buffer).get(this.#addressOf(buffer) + byte) ?? undefinedContent;
    this.#log.push(value);
    return value;
  }

  #write(buffer: Buffer, byte: number, value: number): void {
    this.#memory(buffer).set(this.#addressOf(buffer) + byte, value);
  }
}

/** Offsets in the buffer, in the order of the slice. */
function bytesOf({ offset, rows, rowBytes, rowStride }: ConcreteSlice): number[] {
  return Array.from(
    { length: rows * rowBytes },
    (_, i) => offset + Math.floor(i / rowBytes) * rowStride + (i % rowBytes),
  );
}
