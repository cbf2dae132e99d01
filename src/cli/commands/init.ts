import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { packageVersion } from '../../build/version.ts';
import { oneOf, type RawOptions } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { initFolderTaken, initNameInvalid } from '../init/diagnostics.ts';
import { targetFiles } from '../init/target-files.ts';
import vectorKernel from '../init/vector_add.c';
import type { Terminal } from '../terminal.ts';

/** `match init target NAME`: a folder with a target that builds and passes its tests. */
export async function run(
  argument: string | undefined,
  options: RawOptions,
  terminal: Terminal,
): Promise<number> {
  oneOf('what init makes', String(options['subject']), ['target']);
  const name = argument ?? '';
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name)) throw initNameInvalid(name);
  const folder = resolve(name);
  if (existsSync(folder) && readdirSync(folder).length > 0) throw initFolderTaken(name);
  for (const [path, text] of Object.entries(filesOf(name))) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    terminal.out(`${join(name, path)}\n`);
  }
  terminal.message(`next: cd ${name}, npm install, npm test`);
  return exitCodes.ok;
}

function filesOf(name: string): Readonly<Record<string, string>> {
  const identifier = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const manifest = {
    name,
    private: true,
    type: 'module',
    scripts: { test: 'node --test' },
    dependencies: { 'match-compiler': `^${packageVersion()}` },
  };
  return {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    ...Object.fromEntries(
      Object.entries(targetFiles).map(([path, text]) => [
        path,
        text.replaceAll('NAME', name).replaceAll('IDENTIFIER', identifier),
      ]),
    ),
    'kernels/vector_add.c': vectorKernel,
  };
}
