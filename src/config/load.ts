import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cosmiconfig } from 'cosmiconfig';
import { MatchError } from '../diagnostics/diagnostic.ts';
import { configLoadFailed, configMissing, configNoDefault } from './diagnostics.ts';
import { importModule } from './load-module.ts';
import type { ConfigEnvironment } from './user-config.ts';
import { validateConfig, type ValidConfig } from './validate.ts';

export const configFileNames = ['ts', 'mts', 'js', 'mjs'].map((extension) => `match.config.${extension}`);

export interface LoadedConfig {
  /** Absolute path. */
  readonly file: string;
  readonly config: ValidConfig;
}

/**
 * Finds, loads and checks the configuration: `file` when given, else the nearest `match.config.*` from `cwd`
 * up to the folder of the first package.json. Undefined when there is none.
 * @throws {MatchError} CONFIG_MISSING, CONFIG_LOAD_FAILED, CONFIG_NO_DEFAULT and those of `validateConfig`
 */
export async function loadConfig(
  cwd: string,
  file: string | undefined,
  environment: ConfigEnvironment,
): Promise<LoadedConfig | undefined> {
  const path = file === undefined ? await findConfig(cwd) : resolve(cwd, file);
  if (path === undefined) return undefined;
  const shown = relative(cwd, path) || path;
  if (!(await stat(path).catch(() => undefined))?.isFile()) throw configMissing(shown);
  const exported = await evaluate(path, shown, environment);
  return { file: path, config: validateConfig(exported, shown) };
}

async function findConfig(cwd: string): Promise<string | undefined> {
  // Discovery only: the loaders give nothing but a value that is not empty.
  const found = () => ({});
  const explorer = cosmiconfig('match', {
    searchPlaces: configFileNames,
    searchStrategy: 'project',
    loaders: { '.ts': found, '.mts': found, '.js': found, '.mjs': found },
    cache: false,
  });
  return (await explorer.search(cwd))?.filepath;
}

async function evaluate(path: string, shown: string, environment: ConfigEnvironment): Promise<unknown> {
  try {
    const module = await importModule(path);
    const exported =
      typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
    if (exported === undefined) throw configNoDefault(shown);
    return await (typeof exported === 'function'
      ? (exported as (environment: ConfigEnvironment) => unknown)(environment)
      : exported);
  } catch (error) {
    if (MatchError.is(error)) throw error;
    throw configLoadFailed(shown, error, placeIn(path, error));
  }
}

/** Line and column of the innermost stack frame in the configuration file. */
function placeIn(path: string, error: unknown): { line: number; column: number } | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const name of [path, pathToFileURL(path).href]) {
    const at = stack.indexOf(`${name}:`);
    const match = at >= 0 ? /^:(\d+):(\d+)/.exec(stack.slice(at + name.length)) : null;
    if (match) return { line: Number(match[1]), column: Number(match[2]) };
  }
  return undefined;
}
