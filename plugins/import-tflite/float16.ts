/** Little-endian IEEE 754 half-precision numbers as float32, which holds each of them exactly. */
export function float16ToFloat32(bytes: Uint8Array): Float32Array {
  const result = new Float32Array(Math.floor(bytes.length / 2));
  for (let i = 0; i < result.length; i++)
    result[i] = halfToNumber((bytes[2 * i] ?? 0) | ((bytes[2 * i + 1] ?? 0) << 8));
  return result;
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  // Subnormal numbers have no implicit leading one.
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
