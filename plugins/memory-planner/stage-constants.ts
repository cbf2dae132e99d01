import {
  rollLoops,
  wholeBuffer,
  type Buffer,
  type MappedRegion,
  type Program,
  type Slice,
  type TransferInstruction,
} from 'match-compiler';
import { copiedBytes, doneAt, type FlatInstruction } from './constant-uses.ts';
import type { Overflow, StagedConstant } from './overflow.ts';

/** The program with the constants of an overflow stored farther away, and fetched from there in time. */
export function stageConstants(program: Program, overflow: Overflow): Program {
  return new Staging(program, overflow).program();
}

/** Pieces of one constant under way at once. */
const ringSize = 2;

class Staging {
  readonly #program: Program;
  readonly #overflow: Overflow;
  readonly #buffers: Buffer[];
  /** The constants where they are stored now. */
  readonly #far = new Map<Buffer, Buffer>();
  /** What instructions read instead of a constant that is fetched whole. */
  readonly #near = new Map<Buffer, Buffer>();
  /** Instructions before each position. */
  readonly #before = new Map<number, FlatInstruction[]>();
  readonly #after = new Map<number, FlatInstruction[]>();
  /** Transfers that read a fetched piece instead. */
  readonly #replaced = new Map<number, TransferInstruction>();
  #tokens: number;

  constructor(program: Program, overflow: Overflow) {
    this.#program = program;
    this.#overflow = overflow;
    this.#buffers = program.buffers.map((buffer) => {
      if (!overflow.moved.has(buffer)) return buffer;
      const memory = overflow.to;
      const level = program.mapping.target.memories[memory];
      const far = { ...buffer, memory, alignment: level?.alignment ?? buffer.alignment };
      this.#far.set(buffer, far);
      return far;
    });
    this.#tokens = overflow.flat.reduce((most, each) => {
      const number = each.kind === 'call' ? 0 : Number(/^t(\d+)$/.exec(each.token)?.[1] ?? -1) + 1;
      return Math.max(most, number);
    }, 0);
  }

  program(): Program {
    const { flat, staged } = this.#overflow;
    for (const constant of staged) {
      if (constant.mode === 'whole') this.#fetchWhole(constant);
      else this.#fetchPieces(constant);
    }
    const body: FlatInstruction[] = flat.flatMap((instruction, at) => [
      ...(this.#before.get(at) ?? []),
      this.#replaced.get(at) ?? this.#rewritten(instruction),
      ...(this.#after.get(at) ?? []),
    ]);
    const { mapping, bufferOf } = this.#program;
    return {
      mapping,
      buffers: this.#buffers,
      bufferOf: new Map([...bufferOf].map(([value, buffer]) => [value, this.#far.get(buffer) ?? buffer])),
      body: rollLoops(reuseTokens(body)),
    };
  }

  #fetchWhole({ buffer, fetchAt, uses }: StagedConstant): void {
    const far = this.#far.get(buffer);
    const first = uses[0] ?? 0;
    if (!far) return;
    const near = this.#staging(`${buffer.name}.staged`, buffer.bytes);
    this.#near.set(buffer, near);
    const token = `t${this.#tokens++}`;
    const region = this.#regionAt(first);
    this.#insert(this.#before, fetchAt, {
      kind: 'transfer',
      token,
      ...(region && { region }),
      from: wholeBuffer(far),
      to: wholeBuffer(near),
    });
    this.#insert(this.#before, first, { kind: 'wait', token });
  }

  /** A ring of buffers: while one piece is copied on, the next one comes. */
  #fetchPieces({ buffer, uses }: StagedConstant): void {
    const { flat } = this.#overflow;
    const far = this.#far.get(buffer);
    const copies = uses.flatMap((at) => {
      const instruction = flat[at];
      return instruction?.kind === 'transfer' ? [{ at, instruction }] : [];
    });
    if (!far) return;
    const largest = Math.max(0, ...copies.map(({ instruction }) => copiedBytes(instruction)));
    const ring = Array.from({ length: Math.min(ringSize, copies.length) }, (_, i) =>
      this.#staging(`${buffer.name}.piece.${i}`, largest),
    );
    copies.forEach(({ at, instruction }, i) => {
      const near = ring[i % ring.length];
      const earlier = copies[i - ring.length];
      if (!near) return;
      const token = `t${this.#tokens++}`;
      const dense = denseSlice(near, instruction.from);
      const fetch: FlatInstruction = {
        kind: 'transfer',
        token,
        ...(instruction.region && { region: instruction.region }),
        from: { ...instruction.from, buffer: far },
        to: dense,
      };
      // The buffer is free when the copy from it is done.
      if (earlier) this.#insert(this.#after, doneAt(flat, earlier.at), fetch);
      else this.#insert(this.#before, copies[0]?.at ?? at, fetch);
      this.#insert(this.#before, at, { kind: 'wait', token });
      this.#replaced.set(at, { ...instruction, from: dense });
    });
  }

  #rewritten(instruction: FlatInstruction): FlatInstruction {
    const place = (slice: Slice): Slice => {
      const near = this.#near.get(slice.buffer);
      return near ? { ...slice, buffer: near } : slice;
    };
    if (instruction.kind === 'transfer') {
      const from = place(instruction.from);
      return from === instruction.from ? instruction : { ...instruction, from };
    }
    if (instruction.kind === 'wait' || !instruction.constants.some(({ buffer }) => this.#near.has(buffer)))
      return instruction;
    return { ...instruction, constants: instruction.constants.map(place) };
  }

  #staging(wanted: string, bytes: number): Buffer {
    const { from } = this.#overflow;
    const names = new Set(this.#buffers.map(({ name }) => name));
    let name = wanted;
    for (let i = 1; names.has(name); i++) name = `${wanted}.${i}`;
    const buffer: Buffer = {
      id: this.#buffers.length,
      name,
      memory: from,
      bytes,
      alignment: this.#program.mapping.target.memories[from]?.alignment ?? 1,
      role: 'scratch',
    };
    this.#buffers.push(buffer);
    return buffer;
  }

  #regionAt(at: number): MappedRegion | undefined {
    const instruction = this.#overflow.flat[at];
    return instruction && instruction.kind !== 'wait' ? instruction.region : undefined;
  }

  #insert(where: Map<number, FlatInstruction[]>, at: number, instruction: FlatInstruction): void {
    const known = where.get(at);
    if (known) known.push(instruction);
    else where.set(at, [instruction]);
  }
}

/** The same shape, row behind row from the beginning of a buffer. */
function denseSlice(buffer: Buffer, { rowBytes, rows, planes }: Slice): Slice {
  return {
    buffer,
    offset: { base: 0, terms: [] },
    rowBytes,
    rows,
    rowStride: rows > 1 ? rowBytes : 0,
    ...(planes && { planes: { count: planes.count, stride: rows * rowBytes } }),
  };
}

/** Names all tokens anew, each the smallest number that is free, so that repeated code repeats its tokens. */
function reuseTokens(flat: readonly FlatInstruction[]): readonly FlatInstruction[] {
  const names = new Map<string, number>();
  const taken: boolean[] = [];
  return flat.map((instruction) => {
    if (instruction.kind === 'call') return instruction;
    if (instruction.kind === 'wait') {
      const number = names.get(instruction.token) ?? 0;
      taken[number] = false;
      return { ...instruction, token: `t${number}` };
    }
    const free = taken.indexOf(false);
    const number = free < 0 ? taken.length : free;
    taken[number] = true;
    names.set(instruction.token, number);
    return { ...instruction, token: `t${number}` };
  });
}
