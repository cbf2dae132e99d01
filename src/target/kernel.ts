import type { KernelCall } from './target.ts';

/** A C source with holes, as text with the path that error messages and the source map name. */
export interface Template {
  readonly path: string;
  readonly text: string;
}

/** One argument of a kernel function. */
export interface KernelParameter {
  readonly name: string;
  readonly cType: string;
  readonly role: 'input' | 'constant' | 'output' | 'scratch';
  /** Index into the region's inputs, constants or outputs, or of the scratch buffer. */
  readonly index: number;
}

/** A filled template: one C function. Equal text is emitted once and shared. */
export interface KernelInstance {
  readonly template: Template;
  /** Stem of the function's name, for instance `conv2d`. */
  readonly name: string;
  readonly parameters: readonly KernelParameter[];
  /** Text for each `$hole` of the template. */
  readonly holes: Readonly<Record<string, string | number>>;
  /** Conditions of the template's `//% if` lines. */
  readonly flags: Readonly<Record<string, boolean>>;
  /** Functions that the kernel calls: emitted once, before it. */
  readonly support: readonly Template[];
  /** Standard headers beyond stdint.h and stddef.h. */
  readonly headers: readonly string[];
}

/** A kernel whose text is made for the shapes of each region. */
export interface Kernel {
  readonly kind?: 'function';
  instantiate(call: KernelCall): KernelInstance;
}

/** One field of the argument struct of a job kernel: a value, or the address of an operand. */
export type JobField =
  | { readonly name: string; readonly value: number | string }
  | {
      readonly name: string;
      readonly role: KernelParameter['role'];
      /** Index into the region's inputs, constants (0 where they are packed), outputs or the scratch buffers. */
      readonly index: number;
      /** Bytes behind the first byte of the operand's box. */
      readonly offset?: number;
    };

/**
 * A kernel of fixed text that finds its operands and sizes in a struct: one function serves all calls, and an
 * engine can be handed a call as data. The function is
 * `void <name>(const void *arguments, int32_t worker, int32_t workers)`, the struct `struct <name>_arguments`;
 * `source` defines both.
 */
export interface JobKernel {
  readonly kind: 'job';
  readonly name: string;
  readonly source: Template;
  /** Sources that it needs, each emitted once, before it. */
  readonly support: readonly Template[];
  /** Standard headers beyond stdint.h and stddef.h. */
  readonly headers: readonly string[];
  /** The fields of the struct, in its order. */
  fields(call: KernelCall): readonly JobField[];
}
