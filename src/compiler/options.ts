import type { IoPlacement } from '../memory/placed-program.ts';

/**
 * Named arithmetic rules, one per dialect of quantized networks; docs/arithmetic.md has the formulas.
 * A comparison is bit-exact only under the rule that made the expected output.
 */
export const roundings = [
  'tflite-builtin',
  'tflm-double',
  'tflite-int16x8',
  'real-even',
  'plinio-int',
  'integer-single',
] as const;

export type Rounding = (typeof roundings)[number];

/** What the user may set about reading one model. */
export interface ImportOptions {
  /** Overrules what the importer recognises. */
  readonly dialect?: string;
  /** Arithmetic rule; each dialect has a default. */
  readonly rounding?: Rounding;
  /** Values for dynamic dimensions, by input name. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** Element types of the inputs of integer dialects stored as float. */
  readonly inputTypes?: Readonly<Record<string, string>>;
  /**
   * Values for inputs that must be known at compile time (axes, shapes, pads, …), by input name: a number, or all
   * elements in row-major order. Such an input is a constant of the compiled network, not one of its inputs.
   */
  readonly bind?: Readonly<Record<string, number | readonly number[]>>;
  /** Tensors to produce instead of the model's own outputs. */
  readonly outputs?: readonly string[];
}

/** A model's bytes, and the way to the files beside it. */
export interface ModelSource {
  /** As the user named it; shown in messages. */
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly options: ImportOptions;
  /**
   * Reads from a file in the model's folder (external data).
   * @throws {MatchError} when the file is missing, outside the folder or too short
   */
  readonly readBeside: (location: string, offset: number, length: number | undefined) => Uint8Array;
}

/**
 * `exact`: every layer scales by the model's own rule. `hardware`: by the one rule and scale width of the target's
 * accelerators (`Target.requantization`), which moves results a little; the rewritten graph is the reference then.
 */
export const numericsModes = ['exact', 'hardware'] as const;

export type Numerics = (typeof numericsModes)[number];

/** What stages after import need to know beside the values they are given. */
export interface CompileOptions {
  /** Stem of the emitted names: a C identifier. */
  readonly name: string;
  /** Arithmetic rule asked for; absent for the dialect's own. */
  readonly rounding?: Rounding;
  /** `exact` when absent. */
  readonly numerics?: Numerics;
  readonly io: { readonly inputs: IoPlacement; readonly outputs: IoPlacement };
  /** Puts `#line` directives into the C, for tools that know no source maps. */
  readonly lineDirectives: boolean;
  /** Test vectors that the emitted main carries: all inputs and expected outputs, as raw bytes. */
  readonly samples: readonly {
    readonly inputs: readonly Uint8Array[];
    readonly expected: readonly Uint8Array[];
  }[];
}
