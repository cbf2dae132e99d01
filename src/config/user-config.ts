import type { Plugin } from '../compiler/plugin.ts';
import type { Numerics, Rounding } from '../compiler/options.ts';
import type { DataType } from '../ir/data-type.ts';
import type { IoPlacement } from '../memory/placed-program.ts';

/** One model with what cannot be read from its file. */
export interface ModelConfig {
  /** Path of the `.onnx` or `.tflite` file, relative to the configuration file. */
  readonly file: string;
  /** Stem of the emitted C names and of the output folder: a C identifier. Default: made from the file name. */
  readonly name?: string;
  /** Arithmetic rule; outranks the one for all models. */
  readonly rounding?: Rounding;
  /** Overrules the dialect that the importer recognises. */
  readonly dialect?: string;
  /** Shapes for inputs with dynamic dimensions, by input name. */
  readonly inputShapes?: Readonly<Record<string, readonly number[]>>;
  /** Element types of the inputs of integer networks stored as float, by input name. */
  readonly inputTypes?: Readonly<Record<string, DataType>>;
  /**
   * Inputs that become constants, by input name: a number, or all elements in row-major order. For axes, shapes and
   * the like that the model takes at run time: `bind: { axes: [1] }`.
   */
  readonly bind?: Readonly<Record<string, number | readonly number[]>>;
  /** Tensors to produce instead of the model's own outputs. */
  readonly outputs?: readonly string[];
}

/** Plugins may be nested, and left out by a condition: `[debug && trace(), [a(), b()]]`. */
export type PluginOption = Plugin | false | null | undefined | '' | 0 | readonly PluginOption[];

/** What `match.config.ts` exports. Every field has a default. */
export interface UserConfig {
  /** Models to build: paths, or paths with settings. */
  readonly models?: readonly (string | ModelConfig)[];
  /** Names of built-in target bundles, or target plugins. Default: `['host']`. */
  readonly targets?: readonly (string | Plugin)[];
  /** Plugins beside the built-in ones. */
  readonly plugins?: readonly PluginOption[];
  /**
   * Output folder, relative to the configuration file. Default: `match-out`. One model for one target is
   * written into the folder itself, otherwise each pair into `<outDir>/<model>/<target>`.
   */
  readonly outDir?: string;
  /** Arithmetic rule of all models that name none. Default: the dialect's own. */
  readonly rounding?: Rounding;
  /**
   * `exact`: every layer scales by the model's own rule. `hardware`: by the one rule and scale width of the target's
   * accelerators, with a report of how far results move. Default: `exact`.
   */
  readonly numerics?: Numerics;
  /** Who owns the memory of inputs and outputs. Default: the arena. */
  readonly io?: { readonly inputs?: IoPlacement; readonly outputs?: IoPlacement };
  /** Verifies the graph after every pass, so that a broken one is blamed on its plugin. Default: false. */
  readonly verifyEach?: boolean;
  /**
   * Carries a seeded random sample with the interpreter's outputs in the emitted main program, so that
   * `make run` checks itself. Default: true; networks too large for it are left without.
   */
  readonly selfCheck?: boolean;
  /** Puts `#line` directives into the C. Default: false. */
  readonly lineDirectives?: boolean;
}

/** What a configuration function is told. */
export interface ConfigEnvironment {
  /** The command that reads the configuration. */
  readonly command: 'build' | 'run' | 'inspect' | 'explain';
  /** Free text from `--mode` or the programmatic API; `default` when nobody says. */
  readonly mode: string;
}

export type ConfigFunction = (environment: ConfigEnvironment) => UserConfig | Promise<UserConfig>;

/** The default export of a configuration file. */
export type UserConfigExport = UserConfig | ConfigFunction;
