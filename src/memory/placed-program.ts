import type { Buffer, Program } from '../program/program.ts';

/** What the planner can say about the size it reached. */
export interface PlacementBound {
  /** Bytes that no placement of these buffers can go below. */
  readonly lowerBound: number;
  /** How the bound was proven, as text. */
  readonly proof: string;
  /** `lowerBound` was reached. */
  readonly optimal: boolean;
}

/** The buffers of one memory level. */
export interface MemoryPlan {
  readonly memory: string;
  /** Bytes of the arena: read-write buffers that the program owns. */
  readonly arenaBytes: number;
  /** Bytes of constants stored in this level. */
  readonly constantBytes: number;
  /** Sum of the largest set of buffers alive at once, without any overlap of input and output. */
  readonly peakLiveBytes: number;
  readonly bound: PlacementBound;
}

/** Where the user hands over inputs and takes outputs. */
export type IoPlacement = 'arena' | 'caller';

/** A program whose every buffer has an address. */
export interface PlacedProgram {
  readonly program: Program;
  /** Byte offset in the arena of the buffer's memory; absent for constants and the caller's buffers. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly plans: readonly MemoryPlan[];
  readonly io: { readonly inputs: IoPlacement; readonly outputs: IoPlacement };
}

/** The witness that a program does not fit: what is alive at the worst moment. */
export interface DoesNotFit {
  readonly memory: string;
  readonly capacity: number;
  readonly needed: number;
  /** Position in the expanded program. */
  readonly at: number;
  readonly alive: readonly Buffer[];
}

export type PlanResult = { readonly placed: PlacedProgram } | { readonly doesNotFit: DoesNotFit };
