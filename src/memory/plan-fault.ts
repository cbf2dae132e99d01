import type { Buffer } from '../program/program.ts';

/** The rules of a memory plan. */
export type PlanRule =
  /** Every read-write buffer of the program has an offset, and only those. */
  | 'placement'
  /** Slices lie in their buffer, buffers in their arena. */
  | 'bounds'
  | 'alignment'
  /** Arena and constants fit the memory level. */
  | 'capacity'
  /** Operands of one step share no bytes, unless the kernel allows it. */
  | 'overlap'
  /** What is read was written before. */
  | 'uninitialized'
  /** What is read is still there. */
  | 'clobbered'
  /** Nothing reads what a job or transfer under way still writes. */
  | 'unfinished-read'
  /** Nothing writes what a job or transfer under way still reads or writes. */
  | 'unfinished-write'
  | 'constant-written'
  /** What a kernel finds where it looks is what its tile needs: the right bytes of the right tensor. */
  | 'content'
  /** Sums are read when all their parts are there. */
  | 'partial'
  /** Jobs are started once, awaited once, and done at the end. */
  | 'token'
  /** The figures of the plan agree with each other. */
  | 'figures';

/** One broken rule. */
export interface PlanFault {
  readonly rule: PlanRule;
  readonly message: string;
  readonly buffers: readonly Buffer[];
  /** Position in the expanded program; absent for faults of the plan as a whole. */
  readonly at?: number;
}
