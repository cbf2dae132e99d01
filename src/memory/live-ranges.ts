import type { IoPlacement } from './placed-program.ts';
import { expand, type ConcreteSlice, type Step } from '../program/expand.ts';
import type { Buffer, Program } from '../program/program.ts';

/**
 * The steps during which a buffer's bytes are its own, both ends included. Positions are indices of the
 * expanded program; −1 is before its first step, its length is after the last one.
 */
export interface LiveRange {
  readonly buffer: Buffer;
  readonly first: number;
  readonly last: number;
}

/**
 * A pair that may share bytes: the input is read for the last time by the very job that makes the output.
 * Condition: address(input) − address(output) ≥ `lead`, or disjoint.
 */
export interface LiveOverlap {
  readonly input: Buffer;
  readonly output: Buffer;
  /** In bytes, between the addresses of the two buffers. */
  readonly lead: number;
  /** Position of the job. */
  readonly at: number;
}

export interface Liveness {
  readonly steps: readonly Step[];
  /** Of every buffer that the program touches, constants left out; in the order of `program.buffers`. */
  readonly ranges: ReadonlyMap<Buffer, LiveRange>;
  readonly overlaps: readonly LiveOverlap[];
}

/**
 * Live ranges over the expanded program. Inputs are live from the start, outputs to the end; what an
 * asynchronous job reads or writes is live until the wait for it; scratch lives while its job runs. Constants
 * have a memory of their own and no range.
 */
export function analyzeLiveness(program: Program): Liveness {
  const steps = expand(program);
  const ends = jobEnds(steps);
  const spans = new Map<Buffer, Span>();
  const touch = (buffer: Buffer, from: number, to: number): void => {
    if (buffer.role === 'constant') return;
    const span = spans.get(buffer);
    if (span) extend(span, from, to);
    else spans.set(buffer, { first: from, last: to, lastBut: -1 });
  };
  for (const buffer of program.buffers) if (buffer.role === 'input') touch(buffer, -1, -1);
  steps.forEach((step, at) => {
    for (const buffer of buffersOf(step)) touch(buffer, at, ends[at] ?? at);
  });
  for (const buffer of outputBuffers(program)) touch(buffer, steps.length, steps.length);
  const ranges = new Map<Buffer, LiveRange>();
  for (const buffer of program.buffers) {
    const span = spans.get(buffer);
    if (span) ranges.set(buffer, { buffer, first: span.first, last: span.last });
  }
  return { steps, ranges, overlaps: legalOverlaps(steps, ends, spans) };
}

/** Buffers that hold a graph output when the program is done, views of inputs among them. */
export function outputBuffers(program: Program): ReadonlySet<Buffer> {
  const outputs = new Set(program.buffers.filter((buffer) => buffer.role === 'output'));
  for (const value of program.mapping.graph.outputs) {
    const buffer = program.bufferOf.get(value);
    if (buffer) outputs.add(buffer);
  }
  return outputs;
}

/** Read-write memory that the program owns: neither a constant nor handed over by the caller. */
export function isInArena(
  buffer: Buffer,
  io: { readonly inputs: IoPlacement; readonly outputs: IoPlacement },
): boolean {
  if (buffer.role === 'constant') return false;
  if (buffer.role === 'input') return io.inputs === 'arena';
  return buffer.role !== 'output' || io.outputs === 'arena';
}

/** What a step is called in messages: the layer's name, or what is copied. */
export function stepName(step: Step | undefined): string {
  switch (step?.kind) {
    case 'kernel':
      return step.instruction.region.region.root.name;
    case 'transfer':
      return `the transfer of ${step.from.buffer.name} to ${step.to.buffer.name}`;
    case 'wait':
      return `the wait for ${step.instruction.token}`;
    case undefined:
      return 'the end';
  }
}

/** The name of a position of a live range. */
export function positionName(steps: readonly Step[], at: number): string {
  return at < 0 ? 'the start' : stepName(steps[at]);
}

interface Span {
  first: number;
  last: number;
  /** Latest end among the uses other than the last one that began. */
  lastBut: number;
}

/** Uses arrive in the order of their beginnings. */
function extend(span: Span, from: number, to: number): void {
  span.lastBut = span.last;
  span.first = Math.min(span.first, from);
  span.last = Math.max(span.last, to);
}

/** The step at which each step's work is done: its own for calls, that of the wait for jobs and transfers. */
function jobEnds(steps: readonly Step[]): readonly number[] {
  const ends = steps.map((_, at) => at);
  const started = new Map<string, number>();
  steps.forEach((step, at) => {
    const { token } = step.instruction;
    if (step.kind === 'wait') {
      const start = started.get(token);
      if (start !== undefined) ends[start] = at;
      started.delete(token);
    } else if (step.instruction.kind !== 'call') {
      started.set(token, at);
      // Never awaited: under way to the end.
      ends[at] = steps.length;
    }
  });
  return ends;
}

function buffersOf(step: Step): ReadonlySet<Buffer> {
  if (step.kind === 'wait') return new Set();
  const slices =
    step.kind === 'transfer'
      ? [step.from, step.to]
      : [...step.inputs, ...step.constants, ...step.outputs, ...step.scratch];
  return new Set(slices.map((slice) => slice.buffer));
}

function legalOverlaps(
  steps: readonly Step[],
  ends: readonly number[],
  spans: ReadonlyMap<Buffer, Span>,
): LiveOverlap[] {
  const legal: LiveOverlap[] = [];
  steps.forEach((step, at) => {
    if (step.kind !== 'kernel') return;
    for (const { input, output } of distinctPairs(step.instruction.overlaps)) {
      const reads = step.inputs.filter((slice) => slice.buffer === input);
      const writes = step.outputs.filter((slice) => slice.buffer === output);
      const from = spans.get(input);
      const to = spans.get(output);
      const leads = step.instruction.overlaps
        .filter((overlap) => overlap.input === input && overlap.output === output)
        .map((overlap) => overlap.lead);
      // Two operands in one buffer need the permission twice.
      if (!from || !to || input === output || leads.length < reads.length * writes.length) continue;
      if (reads.length === 0 || writes.length === 0) continue;
      const others = [...step.constants, ...step.scratch].map((slice) => slice.buffer);
      if ([...others, ...step.outputs.map((slice) => slice.buffer)].includes(input)) continue;
      if ([...others, ...step.inputs.map((slice) => slice.buffer)].includes(output)) continue;
      // The input dies here: this use ends it, and every other one was over before.
      if (from.last !== ends[at] || from.lastBut >= at || to.first !== at) continue;
      legal.push({ input, output, lead: bufferLead(Math.max(...leads), reads, writes), at });
    }
  });
  return legal;
}

/** The kernel's lead counts between the slices it is given; the condition must hold for the buffers as well. */
function bufferLead(lead: number, reads: readonly ConcreteSlice[], writes: readonly ConcreteSlice[]): number {
  const read = Math.min(...reads.map((slice) => slice.offset));
  const written = Math.max(...writes.map((slice) => slice.offset));
  return Math.max(lead, lead + written - read);
}

function distinctPairs<T extends { readonly input: Buffer; readonly output: Buffer }>(
  pairs: readonly T[],
): T[] {
  return pairs.filter(
    (pair, i) => pairs.findIndex(({ input, output }) => input === pair.input && output === pair.output) === i,
  );
}
