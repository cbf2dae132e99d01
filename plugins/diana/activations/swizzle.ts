/** The position of a byte in its group of four, counted from the other end. */
const reversal = 3;

/**
 * Row-major bytes in the accelerators' order: the byte at position p goes to p ^ 3.
 * @param length bytes of the result, a multiple of 4; what `bytes` lacks is 0
 */
export function swizzle(bytes: Uint8Array, length = bytes.length): Uint8Array {
  if (length % 4 !== 0) throw new RangeError(`${length} bytes are no groups of four`);
  const swizzled = new Uint8Array(length);
  bytes.forEach((byte, p) => (swizzled[p ^ reversal] = byte));
  return swizzled;
}

/** The first `count` bytes in row-major order again. */
export function unswizzle(swizzled: Uint8Array, count = swizzled.length): Uint8Array {
  return Uint8Array.from({ length: count }, (_, p) => swizzled[p ^ reversal] ?? 0);
}
