import type { Value } from '../ir/graph.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Layout } from '../ir/layout.ts';
import type { MappedRegion, Mapping } from '../mapping/mapping.ts';
import type { OperandStrides } from '../target/target.ts';
import type { Tile } from '../target/tiling.ts';

export type BufferRole = 'input' | 'output' | 'constant' | 'activation' | 'scratch';

/** A named piece of memory of fixed size. */
export interface Buffer {
  readonly id: number;
  readonly name: string;
  readonly memory: string;
  readonly bytes: number;
  readonly alignment: number;
  readonly role: BufferRole;
  /** The value that it holds; views of that value share the buffer. Absent for scratch. */
  readonly value?: Value;
  readonly layout?: Layout;
  /** The region, or share of one, whose constants it holds, all in one. */
  readonly packed?: MappedRegion;
  /** Initial content of a constant, in the order of its layout. */
  readonly content?: Tensor | Uint8Array;
}

/** `output` may lie over `input` when address(input) − address(output) ≥ lead bytes. */
export interface BufferOverlap {
  readonly input: Buffer;
  readonly output: Buffer;
  readonly lead: number;
}

/** An offset that grows by `step` bytes per iteration of the loop named `loop`. */
export interface AffineOffset {
  readonly base: number;
  readonly terms: readonly { readonly loop: string; readonly step: number }[];
}

/** The start of `dimension` grows by `step` indices per iteration of the loop named `loop`. */
export interface TileStep {
  readonly dimension: string;
  readonly loop: string;
  readonly step: number;
}

/**
 * A part of a buffer: `rows` runs of `rowBytes`, `rowStride` bytes apart, as often as `planes` says. One row is a
 * plain range.
 */
export interface Slice {
  readonly buffer: Buffer;
  readonly offset: AffineOffset;
  readonly rowBytes: number;
  readonly rows: number;
  readonly rowStride: number;
  /** Absent: one. */
  readonly planes?: { readonly count: number; readonly stride: number };
}

/**
 * Runs a kernel; `launch` returns at once and needs a `wait`, `call` returns when it is done. Jobs of one engine
 * run in the order of their launches, so that one may read what an earlier one on the same engine makes.
 */
export interface KernelInstruction {
  readonly kind: 'call' | 'launch';
  /** What a `wait` names. */
  readonly token: string;
  readonly region: MappedRegion;
  /** The part of the region that it computes. Its strides fit the slices below. */
  readonly tile: Tile;
  /** Within loops: how the starts of the tile grow. Extents, cycles and job fields are equal in all iterations. */
  readonly tileSteps?: readonly TileStep[];
  readonly strides?: OperandStrides;
  /** Cycles on its engine, as the cost model says. */
  readonly cycles: number;
  /** Cycles of the controller before. */
  readonly dispatchCycles: number;
  readonly inputs: readonly Slice[];
  readonly constants: readonly Slice[];
  readonly outputs: readonly Slice[];
  readonly scratch: readonly Slice[];
  readonly overlaps: readonly BufferOverlap[];
}

/** Starts a copy between memory levels, on the channel of their link. */
export interface TransferInstruction {
  readonly kind: 'transfer';
  readonly token: string;
  /** The region that needs it: for attribution. */
  readonly region?: MappedRegion;
  readonly from: Slice;
  readonly to: Slice;
}

/** Blocks until what the token names is done. */
export interface WaitInstruction {
  readonly kind: 'wait';
  readonly token: string;
}

/** Repeats its body; offsets inside may grow with the iteration. */
export interface LoopInstruction {
  readonly kind: 'loop';
  readonly name: string;
  readonly count: number;
  readonly body: readonly Instruction[];
}

export type Instruction = KernelInstruction | TransferInstruction | WaitInstruction | LoopInstruction;

/** One global schedule of kernels, transfers and waits over named buffers. */
export interface Program {
  readonly mapping: Mapping;
  readonly buffers: readonly Buffer[];
  /** The buffer of every value that lives in memory, views included. */
  readonly bufferOf: ReadonlyMap<Value, Buffer>;
  readonly body: readonly Instruction[];
}

export function wholeBuffer(buffer: Buffer): Slice {
  return { buffer, offset: { base: 0, terms: [] }, rowBytes: buffer.bytes, rows: 1, rowStride: 0 };
}
