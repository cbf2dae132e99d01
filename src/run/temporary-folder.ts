import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit, pendingSignals } from './at-exit.ts';
import { temporaryNotWritable } from './diagnostics.ts';

/**
 * Gives `action` a folder of its own that is gone afterwards, also when the process is told to end.
 * @throws {MatchError} TEMPORARY_NOT_WRITABLE
 */
export async function withTemporaryFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = newFolder(tmpdir());
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const settled = atExit(remove);
  try {
    return await action(folder);
  } finally {
    remove();
    await pendingSignals();
    settled();
  }
}

function newFolder(parent: string): string {
  try {
    return mkdtempSync(join(parent, 'match-'));
  } catch (error) {
    const cause = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw temporaryNotWritable(parent, cause);
  }
}
