import { bytesOf } from '../ir/data-type.ts';
import type { Buffer, Program } from '../program/program.ts';

/** The bytes of a constant, as they are stored. */
export function storedBytes(buffer: Buffer): Uint8Array {
  const { content } = buffer;
  if (content === undefined) return new Uint8Array(buffer.bytes);
  return content instanceof Uint8Array ? content : bytesOf(content.data);
}

/**
 * For every constant buffer the one that stores its bytes: the first in the same memory whose bytes and
 * layout are equal. Emitting only these is what makes `constantBytes` of a plan true.
 */
export function sharedConstants(program: Program): ReadonlyMap<Buffer, Buffer> {
  const shared = new Map<Buffer, Buffer>();
  const known = new Map<string, Buffer[]>();
  for (const buffer of program.buffers) {
    if (buffer.role !== 'constant') continue;
    // Tensor content counts in logical order, so the layout and type belong to the identity.
    const type = buffer.value?.type;
    const key = JSON.stringify([
      buffer.memory,
      buffer.bytes,
      buffer.alignment,
      buffer.layout,
      type?.dtype,
      type?.shape,
    ]);
    const alike = known.get(key) ?? [];
    known.set(key, alike);
    const twin = buffer.content && alike.find((other) => sameBytes(storedBytes(other), storedBytes(buffer)));
    if (twin === undefined) alike.push(buffer);
    shared.set(buffer, twin ?? buffer);
  }
  return shared;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
