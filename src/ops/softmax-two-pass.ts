/**
 * Softmax in two passes over a row, after Dukhan and Ablavatski, "Two-Pass Softmax Algorithm" (arXiv 2001.04438):
 * every exponential is a mantissa and an exponent, so that the sum cannot overflow and no pass has to look for the
 * largest element first. Mantissas are integers here, and the sum of them has bits to spare: the result is within
 * 2 units in the last place of the exact one, and the same on every machine.
 *
 * Each step is one of IEEE arithmetic or on integers; emitted C takes the same steps.
 */

const { fround } = Math;

/** 1/ln 2. */
const log2e = fround(Math.LOG2E);
/** ln 2 in parts of 10, 10 and 24 bits: products with 14-bit integers are exact. */
const ln2 = [709 / 2 ** 10, 801 / 2 ** 20, fround(Math.LN2 - 709 / 2 ** 10 - 801 / 2 ** 20)] as const;
/** ln 2 in parts of 21, 21 and 53 bits: products with 31-bit integers are exact. */
const high = Math.floor(Math.LN2 * 2 ** 21) / 2 ** 21;
const middle = Math.floor((Math.LN2 - high) * 2 ** 42) / 2 ** 42;
/** ln 2 has more bits than a float64 holds: 0x1.62e42fefa39ef35793c7673007e5fp-1. */
const low = Math.LN2 - high - middle + 2.3190468138462996e-17;

/** 1/2!, 1/3!, … for e^t − 1 = t + t²·(1/2! + t·(1/3! + …)). */
const coefficients = [2, 6, 24, 120, 720, 5040].map((factorial) => fround(1 / factorial));

/** Beyond this, neighbouring floats lie so far apart that one of two exponentials vanishes beside the other. */
const farOff = 2 ** 30;
const farOffBits = 0x4e80_0000;
const farOffExponent = 1_549_082_005;

const bits = new DataView(new ArrayBuffer(4));

/** e^x = mantissa · 2^(exponent − 30) for x < ∞; the mantissa is 0, or between 0.7 and 1.5 times 2^30. */
export function splitExponential(x: number): { readonly mantissa: number; readonly exponent: number } {
  if (x === -Infinity) return { mantissa: 0, exponent: 0 };
  const size = Math.abs(x);
  if (size >= farOff) {
    bits.setFloat32(0, size);
    const exponent = farOffExponent + (bits.getUint32(0) - farOffBits) * 256;
    return { mantissa: 2 ** 30, exponent: x < 0 ? -exponent : exponent };
  }
  const near = size <= 8192;
  const scaled = near ? fround(x * log2e) : x * Math.LOG2E;
  const moved = scaled + (scaled < 0 ? -0.5 : 0.5);
  const exponent = Math.trunc(near ? fround(moved) : moved);
  const t = near
    ? fround(fround(fround(x - exponent * ln2[0]) - fround(exponent * ln2[1])) - fround(exponent * ln2[2]))
    : fround(x - exponent * high - exponent * middle - exponent * low);
  let series = coefficients[5] ?? 0;
  for (let i = 4; i >= 0; i--) series = fround(fround(series * t) + (coefficients[i] ?? 0));
  const rest = fround(t + fround(fround(t * t) * series));
  return { mantissa: 2 ** 30 + Math.trunc(rest * 2 ** 30), exponent };
}

/** Rewrites a row of float32. A NaN or ∞ in it, or −∞ alone, makes everything NaN. */
export function softmaxTwoPass(row: Float64Array): void {
  const parts = Array.from(row, (x) => (x < Infinity ? splitExponential(x) : undefined));
  let sum = 0n;
  let exponent = 0;
  let finite = true;
  for (const part of parts) {
    if (!part) finite = false;
    else if (part.mantissa !== 0) {
      let own = BigInt(part.mantissa) << 20n;
      if (sum === 0n || part.exponent > exponent) {
        const shift = part.exponent - exponent;
        sum = sum === 0n || shift > 63 ? 0n : sum >> BigInt(shift);
        exponent = part.exponent;
      } else {
        const shift = exponent - part.exponent;
        own = shift > 63 ? 0n : own >> BigInt(shift);
      }
      sum += own;
      if (sum >> 62n) {
        sum >>= 1n;
        exponent += 1;
      }
    }
  }
  if (!finite || sum === 0n) {
    row.fill(NaN);
    return;
  }
  while (!(sum >> 62n)) {
    sum <<= 1n;
    exponent -= 1;
  }
  const reciprocal = Number((1n << 63n) / (sum >> 31n));
  parts.forEach((part, i) => {
    if (part) row[i] = scaledProduct(part.mantissa, reciprocal, part.exponent - exponent);
  });
}

/** mantissa · reciprocal · 2^(shift − 74), the product cut to 52 bits and rounded to float32. */
function scaledProduct(mantissa: number, reciprocal: number, shift: number): number {
  const upper = mantissa * Math.floor(reciprocal / 65536);
  const lower = mantissa * (reciprocal % 65536);
  const product = upper * 32 + Math.floor(lower / 2048);
  return shift < -300 ? 0 : fround(fround(product) * 2 ** (shift - 63));
}
