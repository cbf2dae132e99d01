import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Platform, Target } from '../target/target.ts';
import { compilerMissing, platformMissing } from './diagnostics.ts';

/** A C compiler of this machine. */
export interface Toolchain {
  /** Program and leading arguments. */
  readonly command: readonly [string, ...string[]];
  readonly platform: Platform;
  /** Programs to put before the built one, for an emulator. */
  readonly runner: readonly string[];
  /** After which a run of the built program is ended. Default: never. */
  readonly secondsPerRun?: number;
}

/**
 * The compiler for the first platform of the target that runs on this machine: the one that MATCH_CC names
 * (a program, arguments allowed), else the platform's in its order, else cc, gcc or clang.
 * @throws {MatchError} PLATFORM_MISSING, COMPILER_MISSING
 */
export function findToolchain(target: Target, environment: NodeJS.ProcessEnv = process.env): Toolchain {
  const platform = Object.values(target.platforms).find(({ runner }) => runner !== undefined);
  if (!platform) throw platformMissing(target.name);
  const runner = platform.runner ?? [];
  const asked = environment['MATCH_CC']?.trim();
  if (asked) {
    const [program = asked, ...args] = asked.split(/\s+/);
    const path = findProgram(program, environment);
    if (path === undefined) throw compilerMissing([program], program);
    return { command: [path, ...args], platform, runner };
  }
  const names = [...new Set([...platform.compilers, ...(runner.length === 0 ? ['cc', 'gcc', 'clang'] : [])])];
  for (const name of names) {
    const path = findProgram(name, environment);
    if (path !== undefined) return { command: [path], platform, runner };
  }
  throw compilerMissing(names, undefined);
}

/** Path of a program, as the shell would find it. */
export function findProgram(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  if (name.includes('/') || name.includes('\\')) return isProgram(name) ? name : undefined;
  const folders = (environment['PATH'] ?? '').split(delimiter).filter(Boolean);
  const suffixes = process.platform === 'win32' ? (environment['PATHEXT'] ?? '.EXE').split(';') : [''];
  return folders
    .flatMap((folder) => suffixes.map((suffix) => join(folder, name + suffix)))
    .find((path) => isProgram(path));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
