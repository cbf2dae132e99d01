import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { manifestFile, manifestName } from '../../src/build/manifest.ts';
import { checkOutputFolder, writeOutputFolder } from '../../src/build/output-folder.ts';
import type { BundleFile } from '../../src/emit/bundle.ts';
import { folderWith } from '../support/match-cli.ts';

/** What a build writes: the files and their manifest. */
function built(files: Readonly<Record<string, string>>): BundleFile[] {
  const list = Object.entries(files).map(([path, content]) => ({ path, content }));
  const manifest = { generator: 'match-compiler', files: list.map(manifestFile) };
  return [...list, { path: manifestName, content: JSON.stringify(manifest) }];
}

const write = (path: string, files: Readonly<Record<string, string>>, force = false): void =>
  writeOutputFolder({ path, shown: 'out', force }, built(files));

/** Every file below a folder with its content. */
function contents(folder: string, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
      const path = prefix ? `${prefix}/${entry.name}` : entry.name;
      if (entry.isDirectory()) return Object.entries(contents(folder, path));
      return path.endsWith(manifestName) ? [] : [[path, readFileSync(join(folder, path), 'utf8')] as const];
    }),
  );
}

function refused(t: ExecutionContext, code: string, action: () => void): void {
  const error = t.throws<Error & { diagnostic?: { code: string } }>(action);
  t.is(error?.diagnostic?.code, code, error?.stack);
}

test('a folder that is not there is made, with those above it', (t) => {
  const root = folderWith();
  const out = join(root, 'a/b/out');
  write(out, { 'n.c': '1', 'src/k.c': '2' });
  t.deepEqual(contents(root), { 'a/b/out/n.c': '1', 'a/b/out/src/k.c': '2' });
  t.is(statSync(out).mode & 0o777, 0o777 & ~process.umask());
});

test('an empty folder is filled', (t) => {
  const out = folderWith();
  write(out, { 'n.c': '1' });
  t.deepEqual(contents(out), { 'n.c': '1' });
});

test('a rebuild replaces what changed, removes what is gone, and leaves the rest untouched', (t) => {
  const out = join(folderWith(), 'out');
  write(out, { 'n.c': '1', 'same.c': 'same', 'old/gone.c': 'gone' });
  const before = new Date(2001, 1, 1);
  utimesSync(join(out, 'same.c'), before, before);
  writeFileSync(join(out, 'notes.txt'), 'mine');
  mkdirSync(join(out, 'bin'));
  writeFileSync(join(out, 'bin/network'), 'mine');
  write(out, { 'n.c': '2', 'same.c': 'same', 'new/k.c': '3' });
  t.deepEqual(contents(out), {
    'bin/network': 'mine',
    'n.c': '2',
    'new/k.c': '3',
    'notes.txt': 'mine',
    'same.c': 'same',
  });
  t.false(existsSync(join(out, 'old')));
  t.is(statSync(join(out, 'same.c')).mtimeMs, before.getTime());
});

test("a folder with somebody's files is refused, or written among them with force", (t) => {
  const out = folderWith({ 'notes.txt': 'mine', 'n.c': 'mine' });
  refused(t, 'OUTPUT_NOT_OURS', () => write(out, { 'n.c': '1' }));
  t.deepEqual(contents(out), { 'n.c': 'mine', 'notes.txt': 'mine' });
  write(out, { 'n.c': '1' }, true);
  t.deepEqual(contents(out), { 'n.c': '1', 'notes.txt': 'mine' });
});

test('a file that somebody else put into our folder is not overwritten', (t) => {
  const out = join(folderWith(), 'out');
  write(out, { 'n.c': '1' });
  writeFileSync(join(out, 'k.c'), 'mine');
  refused(t, 'OUTPUT_NOT_OURS', () => write(out, { 'n.c': '1', 'k.c': '2' }));
  t.deepEqual(contents(out), { 'k.c': 'mine', 'n.c': '1' });
});

test('an edited file is kept unless forced; a deleted one is written again', (t) => {
  const out = join(folderWith(), 'out');
  write(out, { 'n.c': '1', 'k.c': '1' });
  writeFileSync(join(out, 'n.c'), 'edited');
  rmSync(join(out, 'k.c'));
  refused(t, 'OUTPUT_EDITED', () => write(out, { 'n.c': '2', 'k.c': '1' }));
  t.deepEqual(contents(out), { 'n.c': 'edited' });
  write(out, { 'n.c': '2', 'k.c': '1' }, true);
  t.deepEqual(contents(out), { 'k.c': '1', 'n.c': '2' });
});

test('a broken or foreign manifest does not make a folder ours', (t) => {
  for (const manifest of [
    '{',
    '[]',
    '{"generator":"other","files":[]}',
    '{"generator":"match-compiler","files":[{}]}',
  ]) {
    refused(t, 'OUTPUT_NOT_OURS', () => write(folderWith({ [manifestName]: manifest }), { 'n.c': '1' }));
  }
});

test('a manifest that names files outside the folder deletes nothing', (t) => {
  const root = folderWith({ 'precious.txt': 'mine' });
  const out = join(root, 'out');
  mkdirSync(out);
  const { sha256, bytes } = manifestFile({ path: 'x', content: 'mine' });
  const files = [{ path: '../precious.txt', sha256, bytes }];
  writeFileSync(join(out, manifestName), JSON.stringify({ generator: 'match-compiler', files }));
  refused(t, 'OUTPUT_NOT_OURS', () => write(out, { 'n.c': '1' }));
  write(out, { 'n.c': '1' }, true);
  t.is(readFileSync(join(root, 'precious.txt'), 'utf8'), 'mine');
});

test('links inside the folder are not followed', (t) => {
  const root = folderWith({ 'elsewhere/k.c': 'mine' });
  const out = join(root, 'out');
  write(out, { 'n.c': '1' });
  symlinkSync(join(root, 'elsewhere'), join(out, 'src'));
  refused(t, 'OUTPUT_NOT_OURS', () => write(out, { 'src/k.c': '1' }, true));
  t.is(readFileSync(join(root, 'elsewhere/k.c'), 'utf8'), 'mine');
});

test('a folder that is a file, or below one, is refused before anything happens', (t) => {
  const root = folderWith({ file: 'mine' });
  for (const path of ['file', 'file/out', 'file/a/b']) {
    refused(t, 'OUTPUT_NOT_A_FOLDER', () =>
      checkOutputFolder({ path: join(root, path), shown: path, force: true }),
    );
    refused(t, 'OUTPUT_NOT_A_FOLDER', () => write(join(root, path), { 'n.c': '1' }));
  }
  t.deepEqual(contents(root), { file: 'mine' });
});

test('a folder that cannot be written is refused', (t) => {
  if (process.getuid?.() === 0) {
    // Root may write anywhere but in the kernel's own file systems.
    if (!existsSync('/proc/self')) return t.pass();
    refused(t, 'OUTPUT_NOT_WRITABLE', () => write('/proc/match-out', { 'n.c': '1' }));
    return;
  }
  const root = folderWith();
  chmodSync(root, 0o555);
  refused(t, 'OUTPUT_NOT_WRITABLE', () => write(join(root, 'out'), { 'n.c': '1' }));
  refused(t, 'OUTPUT_NOT_WRITABLE', () => write(root, { 'n.c': '1' }));
});

test('a failure half way leaves everything as it was', (t) => {
  const root = folderWith();
  const impossible = { 'n.c': '2', a: 'file', 'a/b': 'below a file' };
  t.throws(() => write(join(root, 'new/out'), impossible));
  t.deepEqual(readdirSync(root), []);
  const out = join(root, 'out');
  write(out, { 'n.c': '1' });
  t.throws(() => write(out, impossible));
  t.deepEqual(contents(out), { 'n.c': '1' });
  t.deepEqual(readdirSync(out).sort(), [manifestName, 'n.c'].sort());
});
