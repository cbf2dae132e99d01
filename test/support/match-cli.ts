import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The built command line. */
export const cliPath = join(
  dirname(createRequire(import.meta.url).resolve('match-compiler/package.json')),
  'dist',
  'cli.js',
);

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

let running: Promise<unknown> = Promise.resolve();

/**
 * Runs `match` without a terminal, in a folder. `env` is added to a clean environment. One at a time: the
 * tests of a file start together.
 */
export function match(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<CliResult> {
  const result = running.then(() => start(args, options));
  running = result.catch(() => undefined);
  return result;
}

function start(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<CliResult> {
  const started = performance.now();
  const {
    CI: _ci,
    NO_COLOR: _no,
    FORCE_COLOR: _force,
    MATCH_DEBUG: _debug,
    MATCH_CC: _cc,
    ...clean
  } = process.env;
  const env = { ...clean, NODE_OPTIONS: '', ...options.env };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cliPath, ...args], {
      cwd: options.cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr, milliseconds: performance.now() - started }));
  });
}

const folders: string[] = [];
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder with these files in it, gone when the tests of the file are over. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'match-test-'));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
