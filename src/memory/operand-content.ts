import type { Value } from '../ir/graph.ts';
import type { MappedRegion } from '../mapping/mapping.ts';
import type { ConcreteSlice, Step } from '../program/expand.ts';
import type { Buffer, Program } from '../program/program.ts';
import { tilingOf } from '../schedule/tiles.ts';
import { operandBox, type Tile, type TiledOperand, type Tiling } from '../target/tiling.ts';

type KernelStep = Extract<Step, { kind: 'kernel' }>;
export type OperandRole = 'inputs' | 'constants' | 'outputs';

/** `bytes` bytes at `place` behind the operand's pointer are the bytes from `at` on of the whole operand. */
export interface ContentRun {
  readonly place: number;
  readonly at: number;
  readonly bytes: number;
}

/** What a call finds, or leaves, in one of its operands. */
export interface OperandContent {
  /** A tensor by its value, constants by their buffer. */
  readonly thing: Value | Buffer;
  readonly runs: readonly ContentRun[];
}

/** Which part of a sum a call adds. */
export interface SumPart {
  readonly first: boolean;
  /** Terms that earlier calls have added; undefined where several dimensions are cut: any number. */
  readonly before: number | undefined;
  /** Terms that this call adds. */
  readonly added: number;
  readonly total: number;
}

/**
 * What the mapping, and not the program, says about the operands of a call: from the loop nest, the tile and the
 * strides. Nothing for made-up regions without operands.
 */
export class ContentTable {
  readonly #program: Program;
  readonly #tilings = new Map<MappedRegion, Tiling | undefined>();
  readonly #constants = new Map<string, Buffer>();

  constructor(program: Program) {
    this.#program = program;
    for (const buffer of program.buffers) {
      if (buffer.role !== 'constant') continue;
      if (buffer.packed) this.#constants.set(packedKey(buffer.packed), buffer);
      else if (buffer.value) this.#constants.set(constantKey(buffer.value, buffer.layout), buffer);
    }
  }

  /** The value whose memory this one is. */
  source(value: Value): Value {
    let source = value;
    const { views } = this.#program.mapping;
    for (let next = views.get(source); next; next = views.get(source)) source = next;
    return source;
  }

  /** Undefined where the mapping says nothing. */
  of(step: KernelStep, role: OperandRole, index: number): OperandContent | undefined {
    const mapped = step.instruction.region;
    const slice = step[role][index];
    const thing = this.#thing(mapped, role, index);
    if (!thing || !slice) return undefined;
    const operand = this.#tiling(mapped)?.[role][index];
    if (!operand) return { thing, runs: denseRuns(slice) };
    return { thing, runs: this.#runs(step, role, index, operand) };
  }

  /** Undefined where each call makes whole sums. */
  sumPart({ instruction, tile }: KernelStep): SumPart | undefined {
    const dimensions =
      this.#tiling(instruction.region)?.dimensions.filter(({ reduction }) => reduction) ?? [];
    let [added, total] = [1, 1];
    const cut: { readonly start: number; readonly extent: number }[] = [];
    for (const { name, extent } of dimensions) {
      const share = instruction.region.share.ranges[name] ?? { start: 0, extent };
      const range = tile.ranges[name] ?? share;
      if (range.extent !== share.extent) cut.push({ ...range, start: range.start - share.start });
      added *= range.extent;
      total *= share.extent;
    }
    const [only, ...others] = cut;
    if (!only) return undefined;
    return {
      first: cut.every(({ start }) => start === 0),
      before: others.length > 0 ? undefined : (only.start * added) / only.extent,
      added,
      total,
    };
  }

  #runs(
    { instruction, tile }: KernelStep,
    role: OperandRole,
    index: number,
    operand: TiledOperand,
  ): ContentRun[] {
    const { region, strides } = instruction;
    const box = operandBox(operand, tile);
    const shared = role === 'constants' && region.pattern.pack !== undefined;
    const origin = shared ? operandBox(operand, region.share).offset : 0;
    const places = strides?.[role][index] ?? box.strides;
    // Inner axes that lie side by side on both sides are one run.
    let bytes = Math.min(operand.axes.at(-1)?.bytes ?? operand.bytes, box.bytes);
    const levels: { readonly count: number; readonly place: number; readonly at: number }[] = [];
    for (let i = operand.axes.length - 1; i >= 0; i--) {
      const count = box.ranges[i]?.extent ?? 1;
      const [place, at] = [places[i] ?? 0, box.strides[i] ?? 0];
      if (count === 1) continue;
      if (levels.length === 0 && place === bytes && at === bytes) bytes = Math.min(bytes * count, box.bytes);
      else levels.push({ count, place, at });
    }
    if (bytes === 0 || box.ranges.some(({ extent }) => extent === 0)) return [];
    let runs: ContentRun[] = [{ place: 0, at: box.offset - origin, bytes }];
    for (const { count, place, at } of levels) {
      runs = Array.from({ length: count }, (_, i) =>
        runs.map((run) => ({ place: run.place + i * place, at: run.at + i * at, bytes })),
      ).flat();
    }
    return runs;
  }

  #thing(mapped: MappedRegion, role: OperandRole, index: number): Value | Buffer | undefined {
    const { region, schedule, pattern } = mapped;
    if (role === 'constants') {
      if (pattern.pack) return this.#constants.get(packedKey(mapped));
      const value = region.constants[index];
      return value && this.#constants.get(constantKey(value, schedule.layouts.constants[index]));
    }
    const value = region[role][index];
    return value && this.source(value);
  }

  #tiling(region: MappedRegion): Tiling | undefined {
    if (!this.#tilings.has(region)) this.#tilings.set(region, tilingOf(region));
    return this.#tilings.get(region);
  }
}

/** A slice of an operand that is always whole. */
function denseRuns({ rowBytes, rows, rowStride, planes }: ConcreteSlice): ContentRun[] {
  const runs: ContentRun[] = [];
  let at = 0;
  for (let plane = 0; plane < (planes?.count ?? 1); plane++) {
    for (let row = 0; row < rows; row++) {
      runs.push({ place: plane * (planes?.stride ?? 0) + row * rowStride, at, bytes: rowBytes });
      at += rowBytes;
    }
  }
  return runs.filter(({ bytes }) => bytes > 0);
}

function packedKey({ region, module, pattern, share }: MappedRegion): string {
  return `${region.root.id} ${module.name} ${pattern.name} ${shareText(share)}`;
}

function shareText({ ranges }: Tile): string {
  return Object.entries(ranges)
    .map(([name, { start, extent }]) => `${name} ${start}+${extent}`)
    .sort()
    .join();
}

function constantKey(value: Value, layout: Buffer['layout']): string {
  return `${value.id} ${JSON.stringify(layout)}`;
}
