import {
  operandBox,
  tilingOf,
  type Buffer,
  type BufferOverlap,
  type MappedRegion,
  type OperandBox,
  type OperandStrides,
  type Slice,
  type StageJob,
  type TileCompute,
  type TiledOperand,
  type TileMove,
  type Tiling,
} from 'match-compiler';
import { boxPieces, plainSlice, type BoxPiece } from './box-slices.ts';
import type { BufferTable } from './buffer-table.ts';
import { operandTooScattered, operandUnreachable } from './diagnostics.ts';

type Role = TileMove['role'];

/** The buffers of one mapped region, and what its calls and moves touch of them. */
export class RegionOperands {
  readonly mapped: MappedRegion;
  readonly tiling: Tiling | undefined;
  readonly #table: BufferTable;
  /** More than one call: then nothing may lie over anything else. */
  readonly #cut: boolean;
  /** Per operand: bytes of its largest tile. */
  readonly #tileBytes = new Map<string, number>();
  readonly #tileBuffers = new Map<string, Buffer>();
  #scratch: readonly Buffer[] | undefined;

  constructor(mapped: MappedRegion, jobs: readonly StageJob[], table: BufferTable) {
    this.mapped = mapped;
    this.#table = table;
    this.tiling = tilingOf(mapped);
    const own = jobs.filter(({ region }) => region === mapped);
    this.#cut = own.length > 1;
    for (const role of ['inputs', 'constants', 'outputs'] as const) {
      this.tiling?.[role].forEach((operand, index) => {
        if (mapped.schedule[role][index]?.mode !== 'streamed') return;
        const largest = own.reduce((most, { tile }) => Math.max(most, operandBox(operand, tile).bytes), 0);
        this.#tileBytes.set(`${role} ${index}`, largest + (operand.guardBytes ?? 0));
      });
    }
  }

  /** The pieces of a move, from or to where the operand lies. */
  pieces({ role, index, slot, operand, box }: TileMove): readonly BoxPiece[] {
    return boxPieces(operand, box, {
      whole: { buffer: this.#whole(role, index), offset: this.#origin(role, operand, box) },
      dense: { buffer: this.#tileBuffer(role, index, slot), offset: 0 },
    });
  }

  slices({
    job,
    slots,
  }: TileCompute): Record<Role, readonly Slice[]> & { readonly scratch: readonly Slice[] } {
    const of = (role: Role): readonly Slice[] => {
      const { region, pattern } = this.mapped;
      const count = role === 'constants' && pattern.pack ? 1 : region[role].length;
      return Array.from({ length: count }, (_, index) => this.#slice(job, role, index, slots[role][index]));
    };
    // In this order buffers get their numbers.
    const inputs = of('inputs');
    const outputs = of('outputs');
    const scratch = this.#scratchBuffers().map((buffer) => plainSlice(buffer, 0, buffer.bytes));
    return { inputs, outputs, scratch, constants: of('constants') };
  }

  /** Where the elements of a tile lie; undefined where every operand is whole. */
  strides({ job, slots }: TileCompute): OperandStrides | undefined {
    const { tiling } = this;
    if (!tiling || (!this.#cut && this.#tileBytes.size === 0 && Object.keys(job.tile.ranges).length === 0))
      return undefined;
    const of = (role: Role): readonly (readonly number[])[] =>
      tiling[role].map((operand, index) => {
        const box = operandBox(operand, job.tile);
        return slots[role][index] === undefined ? box.strides : box.denseStrides;
      });
    return { inputs: of('inputs'), constants: of('constants'), outputs: of('outputs') };
  }

  /** Which output may lie over which input, where the region is one call on whole tensors. */
  overlaps(inputs: readonly Slice[], outputs: readonly Slice[]): readonly BufferOverlap[] {
    if (this.#cut) return [];
    return this.mapped.schedule.overlaps.flatMap(({ input, output, lead }) => {
      const from = inputs[input]?.buffer;
      const to = outputs[output]?.buffer;
      return from && to ? [{ input: from, output: to, lead }] : [];
    });
  }

  #slice(job: StageJob, role: Role, index: number, slot: number | undefined): Slice {
    const operand = this.tiling?.[role][index];
    const box = operand && operandBox(operand, job.tile);
    if (box && slot !== undefined) return plainSlice(this.#tileBuffer(role, index, slot), 0, box.bytes);
    const buffer = this.#whole(role, index);
    this.#checkReach(role, buffer);
    // Behind a tensor there may be bytes that engines reach without meaning to.
    if (!operand || !box) return plainSlice(buffer, 0, this.#bytes(role, index, buffer));
    const offset = this.#origin(role, operand, box);
    const whole = { buffer, offset };
    const [piece, ...others] = boxPieces(operand, box, { whole, dense: whole });
    if (others.length > 0) throw operandTooScattered(this.mapped, buffer.name);
    return piece?.whole ?? plainSlice(buffer, offset, 0);
  }

  /** First byte of a box in the buffer of the whole operand. */
  #origin(role: Role, operand: TiledOperand, { offset }: OperandBox): number {
    const { pattern, share } = this.mapped;
    // Packed constants of a share begin with its own channels.
    return role === 'constants' && pattern.pack ? offset - operandBox(operand, share).offset : offset;
  }

  #whole(role: Role, index: number): Buffer {
    const { region, pattern } = this.mapped;
    if (role === 'constants' && pattern.pack) return this.#table.packed(this.mapped);
    const value = region[role][index];
    if (!value) throw new TypeError(`${region.root.name} has no operand ${index} of its ${role}`);
    return role === 'constants' ? this.#table.constant(value, this.mapped, index) : this.#table.near(value);
  }

  /** Bytes of an operand that is whole. */
  #bytes(role: Role, index: number, buffer: Buffer): number {
    const value = role === 'constants' ? undefined : this.mapped.region[role][index];
    return value ? this.#table.of(value).bytes - this.#table.guardOf(value) : buffer.bytes;
  }

  #checkReach(role: Role, buffer: Buffer): void {
    const { activations, constants } = this.mapped.module.operands;
    const near = role === 'constants' ? constants : activations;
    if (buffer.memory !== near) throw operandUnreachable(this.mapped, buffer.name, buffer.memory, near);
  }

  #tileBuffer(role: Role, index: number, slot: number): Buffer {
    const key = `${role} ${index}`;
    const known = this.#tileBuffers.get(`${key} ${slot}`);
    if (known) return known;
    const { region, module } = this.mapped;
    const { activations, constants } = module.operands;
    const name = role === 'constants' ? this.#whole(role, index).name : region[role][index]?.name;
    const memory = role === 'constants' ? constants : activations;
    const buffer = this.#table.tile(
      `${name ?? region.root.name}.${role === 'outputs' ? 'out' : 'in'}.${slot}`,
      memory,
      this.#tileBytes.get(key) ?? 0,
    );
    this.#tileBuffers.set(`${key} ${slot}`, buffer);
    return buffer;
  }

  #scratchBuffers(): readonly Buffer[] {
    this.#scratch ??= this.mapped.schedule.scratch.map((need, i) =>
      this.#table.scratch(`scratch_${this.mapped.id}_${i}`, need),
    );
    return this.#scratch;
  }
}
