import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';

/** One figure. `net` is a name of the MLPerf Tiny nets or the id of a model; `kind` says how it was had. */
export interface BenchRecord {
  readonly target: string;
  readonly net: string;
  readonly format: string;
  readonly variant: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly kind: 'simulated' | 'counted' | 'predicted' | 'measured' | 'proven';
}

/** Writes `bench/results/<suite>.json`, beside and renamed, and returns its path. */
export function writeRecords(suite: string, records: readonly BenchRecord[]): string {
  const folder = join('bench', 'results');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${suite}.json`);
  const document = {
    suite,
    commit: commit(),
    machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    records,
  };
  writeFileSync(`${path}.tmp`, `${JSON.stringify(document, null, 1)}\n`);
  renameSync(`${path}.tmp`, path);
  return path;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
