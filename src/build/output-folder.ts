import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { BundleFile } from '../emit/bundle.ts';
import { MatchError } from '../diagnostics/diagnostic.ts';
import { outputEdited, outputNotAFolder, outputNotOurs, outputNotWritable } from './diagnostics.ts';
import { contentBytes, manifestName, parseManifestFiles, sha256, type ManifestFile } from './manifest.ts';

export interface OutputFolder {
  /** Absolute. */
  readonly path: string;
  /** The name that messages show. */
  readonly shown: string;
  /** Write among files that no build made, and over edited ones. */
  readonly force: boolean;
}

/**
 * Refuses a folder that a build must not write to. Changes nothing.
 * @throws {MatchError} OUTPUT_NOT_A_FOLDER, OUTPUT_NOT_WRITABLE, OUTPUT_NOT_OURS, OUTPUT_EDITED
 */
export function checkOutputFolder(folder: OutputFolder): void {
  guarded(folder, () => {
    if (!isFolder(folder)) {
      let above = dirname(folder.path);
      while (!existsSync(above)) above = dirname(above);
      if (!statSync(above).isDirectory()) throw outputNotAFolder(folder.shown);
      accessSync(above, constants.W_OK);
      return;
    }
    accessSync(folder.path, constants.W_OK);
    const before = previousFiles(folder);
    if (folder.force) return;
    const entries = readdirSync(folder.path).filter((entry) => !entry.startsWith(stagePrefix));
    if (!before && entries.length > 0) throw outputNotOurs(folder.shown, entries);
    const edited = (before ?? []).filter((file) => isEdited(folder.path, file));
    if (edited.length > 0) {
      throw outputEdited(
        folder.shown,
        edited.map((file) => file.path),
      );
    }
  });
}

/**
 * Writes the files of one build. They are all written beside first and moved into place when the last one
 * is complete; a failure puts everything back. Files of the last build that are not made any more go; files
 * that no build made stay; files whose bytes have not changed are not touched, so that `make` stays idle.
 * @throws {MatchError} as `checkOutputFolder`
 */
export function writeOutputFolder(folder: OutputFolder, files: readonly BundleFile[]): void {
  checkOutputFolder(folder);
  guarded(folder, () => {
    if (isFolder(folder)) replaceFiles(folder, files);
    else createFolder(folder.path, files);
  });
}

const stagePrefix = '.match-stage-';

function stagePath(parent: string): string {
  return join(parent, `${stagePrefix}${process.pid}-${randomBytes(4).toString('hex')}`);
}

/** A folder that is not there yet appears in one step. */
function createFolder(path: string, files: readonly BundleFile[]): void {
  const parent = dirname(path);
  const created = mkdirSync(parent, { recursive: true });
  const stage = stagePath(parent);
  try {
    writeFiles(stage, files);
    renameSync(stage, path);
  } catch (error) {
    rmSync(stage, { recursive: true, force: true });
    if (created !== undefined) removeEmptyFolders(parent, created);
    throw error;
  }
}

/** `path` and the folders above it up to `last`, as far as they are empty. */
function removeEmptyFolders(path: string, last: string): void {
  if (readdirSync(path).length > 0) return;
  rmdirSync(path);
  if (path !== last) removeEmptyFolders(dirname(path), last);
}

function writeFiles(folder: string, files: readonly BundleFile[]): void {
  mkdirSync(folder);
  for (const file of files) {
    const path = join(folder, file.path);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, file.content, { flag: 'wx' });
  }
}

/** In an existing folder files change place one by one: whoever has the folder open keeps it. */
function replaceFiles(folder: OutputFolder, files: readonly BundleFile[]): void {
  const before = previousFiles(folder) ?? [];
  const changed = files.filter((file) => !hasContent(join(folder.path, file.path), contentBytes(file)));
  refuseForeign(folder, changed, before);
  const made = new Set(files.map((file) => file.path));
  const stale = before.filter((file) => !made.has(file.path) && !isEdited(folder.path, file));
  const stage = stagePath(folder.path);
  const undo: (() => void)[] = [];
  const move = (from: string, to: string): void => {
    const created = mkdirSync(dirname(to), { recursive: true });
    if (created !== undefined) undo.push(() => removeEmptyFolders(dirname(to), created));
    renameSync(from, to);
    undo.push(() => renameSync(to, from));
  };
  mkdirSync(stage);
  try {
    writeFiles(join(stage, 'new'), changed);
    const old = (path: string): string => join(stage, 'old', path);
    for (const { path } of [...changed, ...stale]) {
      if (lstatSync(join(folder.path, path), { throwIfNoEntry: false }))
        move(join(folder.path, path), old(path));
      if (made.has(path)) move(join(stage, 'new', path), join(folder.path, path));
    }
  } catch (error) {
    for (const step of undo.reverse()) step();
    throw error;
  } finally {
    rmSync(stage, { recursive: true, force: true });
  }
  for (const { path } of stale) removeEmptyParents(folder.path, path);
}

/** A file that the last build did not list is somebody's own; a link or a file where a folder is needed as well. */
function refuseForeign(
  folder: OutputFolder,
  files: readonly BundleFile[],
  before: readonly ManifestFile[],
): void {
  const listed = new Set([manifestName, ...before.map((file) => file.path)]);
  const inTheWay = new Set<string>();
  for (const { path } of files) {
    const stats = lstatSync(join(folder.path, path), { throwIfNoEntry: false });
    if (stats && (stats.isDirectory() || !(listed.has(path) || folder.force))) inTheWay.add(path);
    const parts = path.split('/');
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join('/');
      const parentStats = lstatSync(join(folder.path, parent), { throwIfNoEntry: false });
      if (parentStats && !parentStats.isDirectory()) inTheWay.add(parent);
    }
  }
  if (inTheWay.size > 0) throw outputNotOurs(folder.shown, [...inTheWay]);
}

/** Folders below `root` that held nothing but this file. */
function removeEmptyParents(root: string, path: string): void {
  const [top, ...rest] = path.split('/');
  if (top === undefined || rest.length === 0 || !existsSync(join(root, dirname(path)))) return;
  removeEmptyFolders(join(root, dirname(path)), join(root, top));
}

/** What the last build listed; undefined when no build made this folder. */
function previousFiles(folder: OutputFolder): readonly ManifestFile[] | undefined {
  const path = join(folder.path, manifestName);
  if (!lstatSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  return parseManifestFiles(readFileSync(path, 'utf8'));
}

/** A file that is gone is nothing that could be lost. */
function isEdited(root: string, file: ManifestFile): boolean {
  const path = join(root, file.path);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats) return false;
  return !stats.isFile() || stats.size !== file.bytes || sha256(readFileSync(path)) !== file.sha256;
}

function hasContent(path: string, bytes: Uint8Array): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size === bytes.byteLength && readFileSync(path).equals(bytes);
}

function isFolder(folder: OutputFolder): boolean {
  const stats = statSync(folder.path, { throwIfNoEntry: false });
  if (stats && !stats.isDirectory()) throw outputNotAFolder(folder.shown);
  return stats !== undefined;
}

/** Turns failures of the file system into errors that the user can act on. */
function guarded(folder: OutputFolder, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (MatchError.is(error) || !(error instanceof Error) || !('code' in error)) throw error;
    if (error.code === 'ENOTDIR') throw outputNotAFolder(folder.shown);
    throw outputNotWritable(folder.shown, String(error.code));
  }
}
