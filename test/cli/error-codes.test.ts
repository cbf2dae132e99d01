import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import test from 'ava';

const root = dirname(createRequire(import.meta.url).resolve('match-compiler/package.json'));

/** Codes in the sources: every upper-case literal of a `diagnostics.ts`, elsewhere those after `code:`. */
function codesOf(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.includes('.generated.')) continue;
    const path = join(entry.parentPath, entry.name);
    const prefix = entry.name === 'diagnostics.ts' ? '' : 'code: ';
    for (const [, code] of readFileSync(path, 'utf8').matchAll(
      new RegExp(`${prefix}'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'`, 'g'),
    )) {
      if (code !== undefined) found.set(code, path);
    }
  }
  return found;
}

test('docs/errors.md lists every code of the sources, and no other', (t) => {
  const used = new Map([...codesOf('src'), ...codesOf('plugins')]);
  const documented = new Set(
    [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| `([A-Z0-9_]+)`/gm)].map(
      (match) => match[1] ?? '',
    ),
  );
  t.true(used.size > 50);
  t.deepEqual(
    [...used].filter(([code]) => !documented.has(code)),
    [],
    'codes without a line in docs/errors.md',
  );
  t.deepEqual(
    [...documented].filter((code) => !used.has(code)),
    [],
    'lines for codes that are gone',
  );
});
