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

export interface Kernel {
  instantiate(call: KernelCall): KernelInstance;
}
