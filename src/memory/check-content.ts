import type { Value } from '../ir/graph.ts';
import type { Step } from '../program/expand.ts';
import type { Buffer, Program } from '../program/program.ts';
import type { ByteContent } from './byte-books.ts';
import type { Access } from './jobs-under-way.ts';
import { ContentTable, type ContentRun, type OperandRole } from './operand-content.ts';
import type { PlanRule } from './plan-fault.ts';
import { sortRuns, type ByteRun } from './slice-runs.ts';

type KernelStep = Extract<Step, { kind: 'kernel' }>;
type Report = (rule: PlanRule, message: string, buffers: readonly Buffer[]) => void;

/**
 * Follows the identity of every byte through transfers and kernels: a call must find exactly the bytes that its
 * tile needs, through the strides that it is given, and leaves those of its own tile. Says nothing about operands
 * that the mapping does not know.
 */
export class ContentChecker {
  readonly #table: ContentTable;
  readonly #report: Report;
  /** Tensors by value, constants by buffer; 0 is of unknown origin. */
  readonly #things = new Map<Value | Buffer, number>();
  readonly #names: string[] = ['nothing known'];
  readonly #outputs: readonly Value[];
  readonly #bufferOf: Program['bufferOf'];

  constructor(program: Program, report: Report) {
    this.#table = new ContentTable(program);
    this.#report = report;
    this.#outputs = program.mapping.graph.outputs;
    this.#bufferOf = program.bufferOf;
  }

  /** An input of the network, as the caller leaves it. */
  store({ memory, runs, buffer }: Access): void {
    const [run] = runs;
    const thing = buffer.value ? this.#thing(this.#table.source(buffer.value)) : 0;
    if (memory && run) memory.fill(run, thing, 0, 0);
  }

  /** Bytes whose content is nobody's business. */
  forget({ memory, runs }: Access): void {
    for (const run of runs) memory?.fill(run, 0, 0, 0);
  }

  /** The same bytes elsewhere; both lists of runs in the order of the copy. */
  copy(
    { memory: source, buffer }: Access,
    from: readonly ByteRun[],
    { memory: destination }: Access,
    to: readonly ByteRun[],
  ): void {
    if (!destination) return;
    const constant = this.#thing(buffer);
    let [i, j] = [0, 0];
    let [read, written] = [from[0]?.[0] ?? 0, to[0]?.[0] ?? 0];
    while (i < from.length && j < to.length) {
      const [readEnd, writeEnd] = [from[i]?.[1] ?? 0, to[j]?.[1] ?? 0];
      const bytes = Math.min(readEnd - read, writeEnd - written);
      if (source) destination.copy(source, read, written, bytes);
      else destination.fill([written, written + bytes], constant, read, 0);
      read += bytes;
      written += bytes;
      if (read === readEnd) read = from[++i]?.[0] ?? 0;
      if (written === writeEnd) written = to[++j]?.[0] ?? 0;
    }
  }

  /** Does the call add to what an earlier one left? */
  continuesSum(step: KernelStep): boolean {
    return this.#table.sumPart(step)?.first === false;
  }

  /** `accesses` and whether they can be read: of the inputs, then of the constants. */
  readOperands(
    step: KernelStep,
    name: string,
    accesses: readonly (Access | undefined)[],
    readable: readonly (boolean | undefined)[],
  ): void {
    accesses.forEach((access, i) => {
      const index = i < step.inputs.length ? i : i - step.inputs.length;
      const role = i < step.inputs.length ? 'inputs' : 'constants';
      const content = this.#table.of(step, role, index);
      if (!access || !content || !this.#matches(access, content.runs, name)) return;
      if (readable[i]) this.#checkRuns(access, content.runs, this.#thing(content.thing), 0, name);
    });
  }

  writeOperands(
    step: KernelStep,
    name: string,
    accesses: readonly (Access | undefined)[],
    writable: readonly boolean[],
  ): void {
    const part = this.#table.sumPart(step);
    accesses.forEach((access, index) => {
      if (!access || !writable[index]) return;
      const content = this.#table.of(step, 'outputs' satisfies OperandRole, index);
      if (!content) return this.forget(access);
      if (!this.#matches(access, content.runs, name)) return;
      const thing = this.#thing(content.thing);
      let parts = 0;
      if (part) {
        const before = part.first ? 0 : (part.before ?? this.#partsAt(access));
        if (!part.first) this.#checkRuns(access, content.runs, thing, before, name);
        parts = (before + part.added) % part.total;
      }
      for (const { place, at, bytes } of content.runs) {
        const start = access.address + place;
        access.memory?.fill([start, start + bytes], thing, at, parts);
      }
    });
  }

  /** What the caller finds at the end. */
  readOutput(access: Access): void {
    for (const value of this.#outputs) {
      if (this.#bufferOf.get(value) !== access.buffer || value.constant) continue;
      const [run] = access.runs;
      if (!run) continue;
      const runs = [{ place: run[0] - access.address, at: 0, bytes: run[1] - run[0] }];
      this.#checkRuns(access, runs, this.#thing(this.#table.source(value)), 0, 'the caller');
    }
  }

  /** The slice, for which the books of other jobs are kept, is what the strides reach. */
  #matches(access: Access, runs: readonly ContentRun[], name: string): boolean {
    const { address, buffer } = access;
    const reached = sortRuns(
      runs.map(({ place, bytes }) => [address + place, address + place + bytes] as const),
    );
    const same =
      reached.length === access.runs.length &&
      reached.every((run, i) => run[0] === access.runs[i]?.[0] && run[1] === access.runs[i]?.[1]);
    if (same) return true;
    this.#report('bounds', `${name} reaches other bytes of ${buffer.name} than the program says`, [buffer]);
    return false;
  }

  #checkRuns(access: Access, runs: readonly ContentRun[], thing: number, parts: number, name: string): void {
    const { memory, address, buffer } = access;
    for (const { place, at, bytes } of runs) {
      const start = address + place;
      if (!memory) {
        if (this.#thing(buffer) === thing && start === at) continue;
        const found = { byte: start, thing: this.#thing(buffer), at: start, parts: 0 };
        return this.#reportContent(access, found, thing, at, parts, name);
      }
      const wrong = memory.firstWrong([start, start + bytes], thing, at, parts);
      if (wrong) return this.#reportContent(access, wrong, thing, at + wrong.byte - start, parts, name);
    }
  }

  #reportContent(
    { buffer }: Access,
    found: ByteContent,
    thing: number,
    at: number,
    parts: number,
    name: string,
  ): void {
    if (found.thing === thing && found.at === at) {
      const count = (n: number): string => (n === 0 ? 'all' : String(n));
      const message = `${name} finds sums of ${count(found.parts)} terms in ${buffer.name} instead of ${count(parts)}`;
      return this.#report('partial', message, [buffer]);
    }
    const what = (number: number, byte: number): string =>
      number === 0 ? 'something unknown' : `byte ${byte} of ${this.#names[number]}`;
    this.#report(
      'content',
      `${name} finds ${what(found.thing, found.at)} in ${buffer.name} instead of ${what(thing, at)}`,
      [buffer],
    );
  }

  #partsAt({ memory, address }: Access): number {
    return memory?.contentAt(address).parts ?? 0;
  }

  #thing(value: Value | Buffer): number {
    const known = this.#things.get(value);
    if (known !== undefined) return known;
    this.#names.push(value.name);
    this.#things.set(value, this.#names.length - 1);
    return this.#names.length - 1;
  }
}
