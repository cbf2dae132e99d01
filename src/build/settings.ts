import type { ImportOptions, Numerics, Rounding } from '../compiler/options.ts';
import type { Observer } from '../compiler/plugin-driver.ts';
import { loadConfig as loadConfigFile } from '../config/load.ts';
import {
  resolveSettings,
  type ConfigSource,
  type Overrides,
  type ResolvedConfig,
} from '../config/resolve.ts';
import type { ConfigEnvironment, UserConfigExport } from '../config/user-config.ts';
import { validateConfig } from '../config/validate.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { findTarget, type TargetBundle } from './targets.ts';

/** What all commands take. Everything left out comes from the configuration, then from defaults. */
export interface ProjectOptions {
  /** Folder that relative paths start from and that the search for a configuration starts in. Default: the working folder. */
  readonly cwd?: string;
  /** Path of a configuration file, the configuration itself, or `false` for none. Default: the nearest match.config.*. */
  readonly config?: string | false | UserConfigExport;
  /** Passed to a configuration function. */
  readonly mode?: string;
  /** A model file, or the name of a configured model. Default: all configured models. */
  readonly model?: string;
  /** Name of a target. Default: all configured targets. */
  readonly target?: string;
  readonly rounding?: Rounding;
  /** The model's own scaling of every layer, or that of the target's accelerators. */
  readonly numerics?: Numerics;
  /** Inputs that become constants, by name; added to those of the configuration. */
  readonly bind?: ImportOptions['bind'];
  readonly verifyEach?: boolean;
  /** Called with every warning and information as it comes; they are in the results as well. */
  readonly report?: (diagnostic: Diagnostic) => void;
  readonly observers?: readonly Observer[];
}

export type Project = ResolvedConfig<TargetBundle>;

/**
 * The configuration that applies: found, loaded and checked; undefined when there is none.
 * @throws {MatchError} CONFIG_*, PLUGIN_INVALID
 */
export async function loadConfig(
  options: ProjectOptions,
  command: ConfigEnvironment['command'],
): Promise<ConfigSource | undefined> {
  const cwd = options.cwd ?? process.cwd();
  const { config } = options;
  const environment: ConfigEnvironment = { command, mode: options.mode ?? 'default' };
  if (config === false) return undefined;
  if (typeof config === 'object' || typeof config === 'function') {
    const exported = typeof config === 'function' ? await config(environment) : config;
    return { config: validateConfig(exported, undefined), cwd };
  }
  const loaded = await loadConfigFile(cwd, config, environment);
  return loaded && { ...loaded, cwd };
}

/**
 * Models, targets, plugins and folders of a build, with every default filled in.
 * @throws {MatchError} CONFIG_*, TARGET_UNKNOWN, PLUGIN_INVALID
 */
export async function resolveConfig(
  options: ProjectOptions & Pick<Overrides, 'outDir' | 'withoutModel'>,
  command: ConfigEnvironment['command'],
): Promise<Project> {
  const cwd = options.cwd ?? process.cwd();
  const source = (await loadConfig(options, command)) ?? { config: { plugins: [] }, cwd };
  const { model, target, outDir, rounding, numerics, bind, verifyEach, withoutModel } = options;
  return resolveSettings(
    source,
    {
      ...(model !== undefined && { model }),
      ...(target !== undefined && { target }),
      ...(outDir !== undefined && { outDir }),
      ...(rounding !== undefined && { rounding }),
      ...(numerics !== undefined && { numerics }),
      ...(bind !== undefined && { bind }),
      ...(verifyEach !== undefined && { verifyEach }),
      ...(withoutModel && { withoutModel }),
    },
    findTarget,
  );
}
