import { createHash } from 'node:crypto';
import type { BundleFile } from '../emit/bundle.ts';
import type { LayerRow, MemoryRow } from './layer-table.ts';

/** Name of the file by which a build recognises its own output folder. */
export const manifestName = 'match-build.json';

export interface ManifestFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a build left in its folder. Depends on the input and the version alone: no times, no machine, no paths. */
export interface Manifest {
  readonly generator: 'match-compiler';
  readonly version: string;
  /** Without its folder. */
  readonly model: { readonly file: string; readonly sha256: string };
  readonly target: string;
  readonly layers: readonly LayerRow[];
  readonly memory: readonly MemoryRow[];
  readonly files: readonly ManifestFile[];
}

export function manifestFile(file: BundleFile): ManifestFile {
  const bytes = contentBytes(file);
  return { path: file.path, bytes: bytes.byteLength, sha256: sha256(bytes) };
}

export function contentBytes(file: BundleFile): Uint8Array {
  return typeof file.content === 'string' ? new TextEncoder().encode(file.content) : file.content;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The file list of a manifest; undefined when the text is not one of ours. */
export function parseManifestFiles(text: string): readonly ManifestFile[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('generator' in parsed) || !('files' in parsed)) {
    return undefined;
  }
  if (parsed.generator !== 'match-compiler' || !Array.isArray(parsed.files)) return undefined;
  return parsed.files.every(isManifestFile) ? parsed.files : undefined;
}

/** A manifest is a file that anyone may have edited: paths that leave the folder do not count. */
function isManifestFile(entry: unknown): entry is ManifestFile {
  if (typeof entry !== 'object' || entry === null) return false;
  const { path, bytes, sha256: hash } = entry as Partial<Record<keyof ManifestFile, unknown>>;
  return (
    typeof path === 'string' &&
    path !== '' &&
    !path.startsWith('/') &&
    !path.includes('\\') &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..') &&
    typeof bytes === 'number' &&
    typeof hash === 'string'
  );
}
