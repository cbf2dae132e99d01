import type { Graph, Node, Value } from '../ir/graph.ts';
import type { Layout } from '../ir/layout.ts';
import type { Pattern, PatternMatch } from '../ir/pattern.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Kernel } from './kernel.ts';

/** A transfer path from one memory level to another. */
export interface Link {
  readonly to: string;
  readonly bytesPerCycle: number;
  /** Cycles before the first byte moves, per transfer. */
  readonly startCycles: number;
  /** Cycles per row of a two-dimensional transfer. */
  readonly rowCycles: number;
  /** Transfers that may be under way at once. */
  readonly channels: number;
  /** The transfer runs beside compute. */
  readonly concurrent: boolean;
}

export interface MemoryLevel {
  readonly bytes: number;
  /** Alignment of every buffer, in bytes, a power of two. */
  readonly alignment: number;
  /** `read-only` levels hold constants alone. */
  readonly access: 'read-write' | 'read-only';
  readonly links: readonly Link[];
}

/** Extent of one tile per logical dimension of a region; a whole layer is one tile. */
export interface Tile {
  readonly extents: Readonly<Record<string, number>>;
}

/** A set of nodes that one kernel can run: a pattern match with its edges. */
export interface Region {
  readonly root: Node;
  /** In execution order. */
  readonly nodes: readonly Node[];
  /** Values read from outside, constants left out, each once. */
  readonly inputs: readonly Value[];
  /** Constants read, each once. */
  readonly constants: readonly Value[];
  /** Values that are read outside the region or are graph outputs. */
  readonly outputs: readonly Value[];
  readonly match: PatternMatch;
}

/** Layouts that a kernel can work with together: one per input, constant and output of the region. */
export interface LayoutChoice {
  readonly inputs: readonly Layout[];
  readonly constants: readonly Layout[];
  readonly outputs: readonly Layout[];
}

/** How one region's kernel is called on a tile: what a cost model and a kernel need to know. */
export interface KernelCall {
  readonly region: Region;
  readonly layouts: LayoutChoice;
  readonly tile: Tile;
}

/** Bytes that a kernel needs beside its operands. */
export interface Scratch {
  readonly memory: string;
  readonly bytes: number;
  readonly alignment: number;
}

/**
 * An output may lie over an input where the kernel reads before it writes: allowed when
 * address(input) − address(output) ≥ `lead` bytes. Zero: in place.
 */
export interface Overlap {
  /** Index into the region's inputs. */
  readonly input: number;
  /** Index into the region's outputs. */
  readonly output: number;
  /** In bytes; may be negative where the output may even start behind the input. */
  readonly lead: number;
}

/** Something that a module can run, and on what conditions. */
export interface ModulePattern {
  readonly name: string;
  readonly pattern: Pattern;
  /** Conditions on the whole region; the text of the first that fails is the refusal. */
  readonly constraints?: readonly ((region: Region, graph: Graph) => true | string)[];
  /** Alternatives, all equally correct. */
  layouts(region: Region): readonly LayoutChoice[];
  /** Cycles of one call, without transfers. Finite, not negative, deterministic. */
  cycles(call: KernelCall): number;
  scratch?(call: KernelCall): readonly Scratch[];
  overlaps?(call: KernelCall): readonly Overlap[];
  readonly kernel: Kernel;
}

/** An engine: a core, a team of cores or an accelerator. */
export interface ExecutionModule {
  readonly name: string;
  readonly description: string;
  /** Memory level of the operands of its kernels, by kind. */
  readonly operands: { readonly activations: string; readonly constants: string };
  /** Jobs that may be queued behind the running one; 0 when calls are synchronous. */
  readonly queueDepth: number;
  /** Cycles to hand over one call. */
  readonly dispatchCycles: number;
  readonly patterns: readonly ModulePattern[];
}

/** How constants of a `packed` layout are brought into the accelerator's own order. */
export type Packing = (constant: Tensor, layout: Extract<Layout, { kind: 'packed' }>) => Uint8Array;

/** A concrete runtime that the emitted C can be built for. */
export interface Platform {
  readonly description: string;
  /** Command and flags of the C compiler, in order of preference. */
  readonly compilers: readonly string[];
  readonly flags: readonly string[];
  /** Runs a built program on this machine; absent where only hardware can. */
  readonly runner?: readonly string[];
}

/** A system on chip as the compiler sees it: plain data plus functions. */
export interface Target {
  readonly name: string;
  readonly description: string;
  readonly memories: Readonly<Record<string, MemoryLevel>>;
  /** Where tensors live between regions, and where constants are stored. */
  readonly homes: { readonly activations: string; readonly constants: string };
  readonly modules: readonly ExecutionModule[];
  readonly packings: Readonly<Record<string, Packing>>;
  readonly platforms: Readonly<Record<string, Platform>>;
}
