import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.ts';

/** Gives `action` a folder of its own that is gone afterwards, also when the process is told to end. */
export async function withTemporaryFolder<T>(action: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'match-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const settled = atExit(remove);
  try {
    return await action(folder);
  } finally {
    settled();
    remove();
  }
}
