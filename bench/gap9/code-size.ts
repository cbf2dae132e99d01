import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bundle } from 'match-compiler';
import { withTemporaryFolder, type Toolchain } from 'match-compiler/build';

/**
 * Bytes of machine code and of read-only tables that the network's own C comes to, optimised for size and compiled
 * for this machine: weights are another file, and what only the simulator needs is left out.
 */
export function codeBytes(bundle: Bundle, { command }: Toolchain): Promise<number> {
  return withTemporaryFolder((folder) => {
    for (const { path, content } of bundle.files.values()) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      const own = path === 'match_target.h' ? withoutSimulator(String(content)) : content;
      writeFileSync(file, own);
    }
    // Tables for unwinding are no part of what a target without an operating system is given.
    const flags = [
      '-Os',
      '-std=c99',
      '-fno-asynchronous-unwind-tables',
      '-c',
      '-I.',
      'network.c',
      '-o',
      'network.o',
    ];
    run(folder, [...command, ...flags]);
    // The line below the titles: text data bss …
    const [, figures = ''] = run(folder, ['size', '-B', 'network.o']).trim().split('\n');
    const [text, data] = figures.trim().split(/\s+/).map(Number);
    // Constants that hold addresses count as data where code may be loaded anywhere.
    return Promise.resolve((text ?? NaN) + (data ?? NaN));
  });
}

function withoutSimulator(header: string): string {
  const marker = /^#define MATCH_SIMULATOR.*$/m;
  if (!marker.test(header)) throw new Error('match_target.h does not say that it is for the simulator');
  return header.replace(marker, '');
}

function run(folder: string, [program = '', ...rest]: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, rest, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
  return stdout;
}
