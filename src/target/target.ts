import type { BundleFile } from '../emit/bundle.ts';
import type { Graph, Node, Value } from '../ir/graph.ts';
import type { Layout } from '../ir/layout.ts';
import type { Pattern, PatternMatch } from '../ir/pattern.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { JobKernel, Kernel } from './kernel.ts';
import type { Tile, Tiling } from './tiling.ts';

/** A transfer path from one memory level to another. */
export interface Link {
  readonly to: string;
  readonly bytesPerCycle: number;
  /** Cycles before the first byte moves, per transfer. */
  readonly startCycles: number;
  /** Cycles on top, per row and started burst of a transfer. */
  readonly rowCycles: number;
  /** Longest burst, in bytes; absent: a row is one burst. */
  readonly burstBytes?: number;
  /** Cycles of the controller to hand one transfer over. */
  readonly enqueueCycles: number;
  /** The engine that moves the bytes. Transfers of one channel follow each other, channels run side by side. */
  readonly channel: string;
}

export interface MemoryLevel {
  readonly bytes: number;
  /** Alignment of every buffer, in bytes, a power of two. */
  readonly alignment: number;
  /** `read-only` levels hold constants alone. */
  readonly access: 'read-write' | 'read-only';
  readonly links: readonly Link[];
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

/** Byte strides per operand and axis of its `TiledOperand`, where the kernel finds it. */
export interface OperandStrides {
  readonly inputs: readonly (readonly number[])[];
  readonly constants: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
}

/** How one region's kernel is called on a tile: what a cost model and a kernel need to know. */
export interface KernelCall {
  readonly region: Region;
  readonly layouts: LayoutChoice;
  readonly tile: Tile;
  /**
   * Where the elements of the tile lie behind the pointers that the kernel gets, which point to the first
   * byte of each operand's box. Absent: every operand is whole, as `layouts` says.
   */
  readonly strides?: OperandStrides;
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
  /** The loop nest and how operands depend on it; absent where the kernel works on whole tensors alone. */
  tiling?(region: Region, layouts: LayoutChoice): Tiling;
  /**
   * The region's constants in the order that the kernel wants, all in one buffer, cut to `call.tile` (a
   * share of the region; whole where it names no dimension). Absent: each constant is a buffer of its own.
   * `Tiling.constants` then describes this one buffer.
   */
  pack?(call: KernelCall): Uint8Array;
  /** Cycles of one call on its engine, without transfers and dispatch. Finite, not negative, deterministic. */
  cycles(call: KernelCall): number;
  /**
   * What the calls of a tile's parts cost at least together, however it is cut into parts: lets the tile search leave
   * out ways to cut without costing each. Never above `cycles`; equal to it where cutting does not pay. Absent:
   * nothing is known.
   */
  leastCycles?(call: KernelCall): number;
  /** Cycles of the controller to hand over one call; the module's `dispatchCycles` when absent. */
  dispatchCycles?(call: KernelCall): number;
  /** The controller drives the engine for the whole call: it is no launch, whatever the queue depth. */
  readonly synchronous?: boolean;
  scratch?(call: KernelCall): readonly Scratch[];
  overlaps?(call: KernelCall): readonly Overlap[];
  readonly kernel: Kernel | JobKernel;
}

/** An engine: a core, a team of cores or an accelerator. */
export interface ExecutionModule {
  readonly name: string;
  readonly description: string;
  /** Memory level of the operands of its kernels, by kind. */
  readonly operands: { readonly activations: string; readonly constants: string };
  /** Jobs that may be handed over and not done, the running one included; 0: the controller itself computes. */
  readonly queueDepth: number;
  /** Cores of a team that share each job; 1 for a single core or an accelerator. */
  readonly workers?: number;
  /** Cycles of the controller to hand over one call. */
  readonly dispatchCycles: number;
  /**
   * Multiply-accumulates per cycle at most. No cost model of the module may promise more; `testTarget` checks it.
   * Absent: no bound is known.
   */
  readonly peakMacsPerCycle?: number;
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
  /** Programs keep a virtual clock of the target's engines and report its cycles. */
  readonly simulator?: boolean;
  /** Files that the emitted network needs beside itself: how to copy, launch and wait. */
  readonly runtime?: (target: Target) => readonly BundleFile[];
}

/** A figure that the cost models rest on, for reports. */
export interface Assumption {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Where it comes from; say so when it is an estimate. */
  readonly source: string;
}

/** How an engine of the target scales sums: what `numerics: 'hardware'` rewrites requantizations to. */
export interface HardwareRequantization {
  /** Bits of the unsigned multiplier; 0: sums are shifted alone. */
  readonly scaleBits: number;
  /** Largest right shift. */
  readonly largestShift: number;
  /** A shift for each channel, or one for the layer. */
  readonly perChannelShift: boolean;
  /** |acc · multiplier + addend| stays below 2 to this power. */
  readonly productBits: number;
  /** Of an engine for weights of −1, 0 and 1: what it reads and what its converter gives. */
  readonly ternary?: {
    /** Activations lie in 0 … 2^bits − 1 or −2^(bits−1) … 2^(bits−1) − 1. */
    readonly inputBits: number;
    /** Results are clipped to −2^(bits−1) … 2^(bits−1) − 1. */
    readonly outputBits: number;
    /** Weights of one output at most: filter rows · columns · input channels. */
    readonly mostWeights: number;
    readonly mostOutputChannels: number;
  };
}

/** A system on chip as the compiler sees it: plain data plus functions. */
export interface Target {
  readonly name: string;
  readonly description: string;
  readonly memories: Readonly<Record<string, MemoryLevel>>;
  /** Where tensors live between regions, and where constants are stored. */
  readonly homes: {
    readonly activations: string;
    readonly constants: string;
    /** Where constants are stored that do not fit their home. */
    readonly overflow?: string;
  };
  readonly modules: readonly ExecutionModule[];
  /** contention[engine][other]: factor by which `engine` is slower while `other` is busy. */
  readonly contention?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Sign that the accelerators want of 8-bit activations; absent: either will do. */
  readonly activationSign?: 'unsigned' | 'signed';
  readonly requantization?: HardwareRequantization;
  readonly assumptions?: readonly Assumption[];
  readonly packings: Readonly<Record<string, Packing>>;
  readonly platforms: Readonly<Record<string, Platform>>;
}
