import { unzipSync } from 'fflate';
import type { Tensor } from '../ir/tensor.ts';
import { tensorFileBroken } from './diagnostics.ts';
import { parseNpy } from './npy.ts';

/** More than any input of a microcontroller; an archive that unpacks to more is a trap. */
const largestEntry = 2 ** 30;

/**
 * The arrays of an .npz archive by name.
 * @throws {MatchError} TENSOR_FILE_BROKEN, TENSOR_TYPE_UNSUPPORTED
 */
export function parseNpz(bytes: Uint8Array, file: string): ReadonlyMap<string, Tensor> {
  let entries: Readonly<Record<string, Uint8Array>>;
  try {
    entries = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (originalSize > largestEntry) throw new RangeError(`${name} unpacks to ${originalSize} bytes`);
        return name.endsWith('.npy');
      },
    });
  } catch (error) {
    throw tensorFileBroken(file, error instanceof Error ? error.message : String(error));
  }
  return new Map(
    Object.entries(entries).map(([name, content]) => [
      name.slice(0, -'.npy'.length),
      parseNpy(content, file),
    ]),
  );
}
