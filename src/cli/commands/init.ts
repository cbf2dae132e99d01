import { lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { builtinTargets } from '../../build/builtin-plugins.ts';
import { outputNotWritable } from '../../build/diagnostics.ts';
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
  const files = filesOf(name);
  writeFiles(name, folder, files);
  for (const path of Object.keys(files)) terminal.out(`${join(name, path)}\n`);
  terminal.message(`next: cd ${name}, npm install, npm test`);
  return exitCodes.ok;
}

/** @throws {MatchError} OUTPUT_NOT_WRITABLE; what was written until then is gone again */
function writeFiles(name: string, folder: string, files: Readonly<Record<string, string>>): void {
  try {
    // Not recursive: below /proc Node tries that for ever.
    if (!lstatSync(folder, { throwIfNoEntry: false })) mkdirSync(folder);
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    // It was free, so that nobody else's files are in it.
    rmSync(folder, { recursive: true, force: true });
    throw outputNotWritable(name, String(error.code), 'stand in another folder');
  }
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
