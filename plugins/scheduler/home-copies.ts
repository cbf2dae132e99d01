import {
  operandBox,
  tilingOf,
  type Buffer,
  type Instruction,
  type Mapping,
  type Slice,
  type Stage,
  type Value,
} from 'match-compiler';
import { plainSlice } from './box-slices.ts';
import type { BufferTable } from './buffer-table.ts';
import type { TokenPool } from './tokens.ts';

/** Most pieces that an input comes in. */
const mostStrips = 4;

interface Strip {
  readonly token: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Copies between the memory where the user finds inputs and outputs and the one where kernels work on them. An
 * input comes in strips, of which each call awaits only those that it reads.
 */
export class HomeCopies {
  readonly #mapping: Mapping;
  readonly #table: BufferTable;
  readonly #tokens: TokenPool;
  readonly #emit: (instruction: Exclude<Instruction, { kind: 'loop' }>) => void;
  /** Strips under way, by the buffer that they go to. */
  readonly #strips = new Map<Buffer, Strip[]>();
  readonly #stores: string[] = [];
  readonly #copied = new Set<Value>();

  constructor(
    mapping: Mapping,
    table: BufferTable,
    tokens: TokenPool,
    emit: (instruction: Exclude<Instruction, { kind: 'loop' }>) => void,
  ) {
    this.#mapping = mapping;
    this.#table = table;
    this.#tokens = tokens;
    this.#emit = emit;
  }

  loadInputs(): void {
    for (const input of this.#mapping.graph.inputs) {
      if (!this.#table.isCopied(input)) continue;
      const home = this.#table.of(input);
      const near = this.#table.near(input);
      let start = 0;
      const strips: Strip[] = [];
      for (const end of this.#stripEnds(input, home.bytes)) {
        const token = this.#tokens.take();
        const bytes = end - start;
        this.#emit({
          kind: 'transfer',
          token,
          from: plainSlice(home, start, bytes),
          to: plainSlice(near, start, bytes),
        });
        strips.push({ token, start, end });
        start = end;
      }
      this.#strips.set(near, strips);
    }
  }

  /** Waits for the strips that a slice meets. */
  await({ buffer, offset, rowBytes, rows, rowStride, planes }: Slice): void {
    const strips = this.#strips.get(buffer);
    if (!strips) return;
    const end =
      offset.base + (rows - 1) * rowStride + ((planes?.count ?? 1) - 1) * (planes?.stride ?? 0) + rowBytes;
    this.#awaitWhere(buffer, (strip) => strip.start < end && offset.base < strip.end);
  }

  /** Copies the outputs of the network that a stage made. */
  storeOutputs({ regions }: Stage, later: readonly Stage[]): void {
    for (const { region } of regions) {
      for (const value of region.outputs) {
        if (this.#table.isInput(value) || !this.#table.isCopied(value) || this.#copied.has(value)) continue;
        const unfinished = later.some((stage) =>
          stage.regions.some((other) => other.region.outputs.includes(value)),
        );
        if (unfinished) continue;
        this.#copied.add(value);
        const home = this.#table.of(value);
        const token = this.#tokens.take();
        this.#emit({
          kind: 'transfer',
          token,
          from: plainSlice(this.#table.near(value), 0, home.bytes),
          to: plainSlice(home, 0, home.bytes),
        });
        this.#stores.push(token);
      }
    }
  }

  finish(): void {
    for (const buffer of this.#strips.keys()) this.#awaitWhere(buffer, () => true);
    for (const token of this.#stores) this.#wait(token);
  }

  #awaitWhere(buffer: Buffer, chosen: (strip: Strip) => boolean): void {
    const strips = this.#strips.get(buffer) ?? [];
    for (const strip of strips.filter(chosen)) this.#wait(strip.token);
    this.#strips.set(
      buffer,
      strips.filter((strip) => !chosen(strip)),
    );
  }

  #wait(token: string): void {
    this.#emit({ kind: 'wait', token });
    this.#tokens.release(token);
  }

  /** Where the strips of an input end: the first holds what the first call reads. */
  #stripEnds(input: Value, bytes: number): readonly number[] {
    const source = this.#table.source(input);
    const isInput = (value: Value): boolean => this.#table.source(value) === source;
    for (const { jobs } of this.#mapping.stages) {
      const job = jobs.find(({ region }) => region.region.inputs.some(isInput));
      if (!job) continue;
      const operand = tilingOf(job.region)?.inputs[job.region.region.inputs.findIndex(isInput)];
      if (!operand) break;
      const ends = jobs
        .filter(({ region }) => region === job.region)
        .map(({ tile }) => {
          const { ranges, strides } = operandBox(operand, tile);
          // Up to the end of the outermost index.
          const axis = ranges.findIndex(({ extent }, i) => extent > 1 || (operand.axes[i]?.extent ?? 1) > 1);
          const range = ranges[axis];
          return range ? Math.min(bytes, (range.start + range.extent) * (strides[axis] ?? 0)) : bytes;
        });
      const distinct = [...new Set(ends.filter((end) => end > 0 && end < bytes))].sort((a, b) => a - b);
      const chosen = distinct.filter(
        (_, i) => i % Math.max(1, Math.ceil(distinct.length / (mostStrips - 1))) === 0,
      );
      return [...chosen, bytes];
    }
    return [bytes];
  }
}
