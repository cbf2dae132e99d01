import { lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { builtinTargets } from '../../build/builtin-plugins.ts';
import { packageVersion } from '../../build/version.ts';
import { oneOf, type RawOptions } from '../arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { initFolderTaken, initNameInvalid } from '../init/diagnostics.ts';
import { identifierOf, nameFault } from '../init/names.ts';
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
  const fault = nameFault(
    name,
    builtinTargets().flatMap(({ target }) => (target ? [target.name] : [])),
  );
  if (fault !== undefined) throw initNameInvalid(name, fault);
  const folder = resolve(name);
  if (!isFree(folder)) throw initFolderTaken(name);
  for (const [path, text] of Object.entries(filesOf(name))) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    terminal.out(`${join(name, path)}\n`);
  }
  terminal.message(`next: cd ${name}, npm install, npm test`);
  return exitCodes.ok;
}

/** Is there nothing of this name, or an empty folder? */
function isFree(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (!found) return true;
  return found.isDirectory() && readdirSync(folder).length === 0;
}

function filesOf(name: string): Readonly<Record<string, string>> {
  const identifier = identifierOf(name);
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
