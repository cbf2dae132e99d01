import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep, win32 } from 'node:path';
import type { ImportOptions, ModelSource } from '../compiler/options.ts';
import {
  externalDataLength,
  externalDataMissing,
  externalDataOutside,
  externalDataUnreadable,
  modelEmpty,
  modelMissing,
  modelNotAFile,
  modelTooLarge,
  modelUnreadable,
} from './diagnostics.ts';

/** Node's buffers and the model formats themselves end here. */
export const largestModel = 2 ** 31 - 1;

/**
 * Reads a model file.
 * @param path absolute or relative to the working folder
 * @param file the name that messages show
 * @throws {MatchError} MODEL_MISSING, MODEL_NOT_A_FILE, MODEL_EMPTY, MODEL_TOO_LARGE, MODEL_UNREADABLE
 */
export function readModel(path: string, file: string, options: ImportOptions): ModelSource {
  const folder = dirname(resolve(path));
  return {
    file,
    bytes: readModelFile(path, file),
    options,
    readBeside: (location, offset, length) => readBeside(folder, file, location, offset, length),
  };
}

function readModelFile(path: string, file: string): Uint8Array {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw modelNotAFile(file, stats.isDirectory());
    if (stats.size === 0) throw modelEmpty(file);
    if (stats.size > largestModel) throw modelTooLarge(file, stats.size, largestModel);
    return readRange(path, 0, stats.size);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw modelMissing(file);
    throw modelUnreadable(file, code);
  }
}

/**
 * A part of a file in the model's folder. What a model may name is kept inside that folder, links
 * resolved: models come from strangers.
 */
function readBeside(
  folder: string,
  model: string,
  location: string,
  offset: number,
  length: number | undefined,
): Uint8Array {
  const segments = location.split(/[\\/]/);
  if (
    location === '' ||
    location.includes('\0') ||
    isAbsolute(location) ||
    win32.isAbsolute(location) ||
    /^[A-Za-z]:/.test(location) ||
    segments.includes('..')
  ) {
    throw externalDataOutside(model, location);
  }
  try {
    const root = realpathSync(folder);
    const path = realpathSync(resolve(root, location));
    const below = relative(root, path);
    if (below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) {
      throw externalDataOutside(model, location);
    }
    const stats = statSync(path);
    if (!stats.isFile()) throw externalDataUnreadable(model, location, 'it is not a regular file');
    const wanted = length ?? stats.size - offset;
    const valid = Number.isSafeInteger(offset) && Number.isSafeInteger(wanted) && offset >= 0 && wanted >= 0;
    if (!valid || offset + wanted > stats.size) {
      throw externalDataLength(model, location, offset, length, stats.size);
    }
    if (wanted > largestModel) throw modelTooLarge(location, wanted, largestModel);
    return readRange(path, offset, wanted);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw externalDataMissing(model, location);
    throw externalDataUnreadable(model, location, code);
  }
}

/** Opened without blocking and checked again: what was a file a moment ago may be a pipe by now. */
function readRange(path: string, offset: number, length: number): Uint8Array {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    if (!fstatSync(descriptor).isFile())
      throw Object.assign(new Error('not a regular file'), { code: 'EINVAL' });
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const read = readSync(descriptor, bytes, done, length - done, offset + done);
      if (read === 0) throw Object.assign(new Error('the file became shorter'), { code: 'EIO' });
      done += read;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

/** The system's code of a failed file operation; undefined for every other error. */
function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
