import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { roundings, type Numerics } from 'match-compiler';
import { build } from 'match-compiler/build';
import type { BenchNet } from './nets.ts';

export interface CompileTime {
  readonly ms: number;
  /** User and system time of the process for the same work. */
  readonly cpuMs: number;
}

/** The first argument that makes the bench a process that builds once. */
export const buildOnceFlag = '--build-once';

/** Builds a network in a new process, with all that `match build` does, files written included. */
export function measureCompileTime({ file, rounding }: BenchNet, numerics: Numerics): CompileTime {
  const [, entry = ''] = process.argv;
  const folder = mkdtempSync(join(tmpdir(), 'match-bench-'));
  try {
    const { stdout, status, stderr } = spawnSync(
      process.execPath,
      [entry, buildOnceFlag, file, numerics, folder, rounding ?? ''],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`the build of ${file} failed: ${stderr}`);
    return JSON.parse(stdout) as CompileTime;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The other side: builds and prints how long it took. */
export async function buildOnce([file = '', numerics, outDir = '', rule]: readonly string[]): Promise<void> {
  const rounding = roundings.find((name) => name === rule);
  const before = process.cpuUsage();
  const started = performance.now();
  await build({
    config: { models: [{ file }], targets: ['gap9'] },
    outDir,
    numerics: numerics === 'exact' ? 'exact' : 'hardware',
    ...(rounding && { rounding }),
  });
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000 } satisfies CompileTime));
}
