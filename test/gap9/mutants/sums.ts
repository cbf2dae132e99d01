import type { Region } from 'match-compiler';

/** The element that a filter's sum becomes; undefined where that leaves the numbers that doubles hold exactly. */
export type Normalization = (sum: number) => number | undefined;

/** clip(((sum + bias) · scale + addend) >> shift, low, high); `wraps`: product and sum in 32 bits. */
export interface ShiftedProduct {
  readonly bias: number;
  readonly scale: number;
  readonly addend: number;
  readonly shift: number;
  readonly low: number;
  readonly high: number;
  readonly wraps: boolean;
}

export function shiftedProduct(by: ShiftedProduct): Normalization {
  const { bias, scale, addend, shift, low, high, wraps } = by;
  return (sum) => {
    if (shift < 0 || shift > 31) return undefined;
    const product = wraps ? (Math.imul(sum + bias, scale) + addend) | 0 : (sum + bias) * scale + addend;
    if (!Number.isSafeInteger(product)) return undefined;
    return Math.min(high, Math.max(low, Math.floor(product / 2 ** shift)));
  };
}

/** clip(round((sum + bias) · numerator / denominator) + zeroPoint, low, high), ties to even. */
export interface RealProduct {
  readonly bias: number;
  readonly numerator: number;
  readonly denominator: number;
  readonly zeroPoint: number;
  readonly low: number;
  readonly high: number;
}

export function realProduct(by: RealProduct): Normalization {
  const { bias, numerator, denominator, zeroPoint, low, high } = by;
  return (sum) => {
    const real = ((sum + bias) * numerator) / denominator;
    // Adding and taking off 1.5 · 2^52 rounds what is below 2^51.
    if (!(Math.abs(real) < 2 ** 51)) return undefined;
    const whole = real + 1.5 * 2 ** 52 - 1.5 * 2 ** 52;
    return Math.min(high, Math.max(low, whole + zeroPoint));
  };
}

/** Least and largest Σ x·w of a filter over every input there can be. */
export interface SumRange {
  readonly least: number;
  readonly most: number;
}

/** Sums beyond this take too long to try one by one. */
const longestRange = 2 ** 25;

export function sumRange({ nodes }: Region, channel: number): SumRange | undefined {
  const node = nodes.find(({ op }) => op.name === 'conv2d' || op.name === 'dense');
  const [x, w] = node?.inputs ?? [];
  if (!x || !w?.constant || !node) return undefined;
  const { weightZeroPoint } = node.attributes as { readonly weightZeroPoint: number };
  // A change of sign in front may be part of the region: both ranges then.
  const [low, high] = x.type.dtype === 'uint8' ? [0, 255] : [-128, 255];
  const count = w.constant.data.length / (w.type.shape[0] ?? 1);
  let [least, most] = [0, 0];
  for (let i = channel * count; i < (channel + 1) * count; i++) {
    const weight = Number(w.constant.data[i] ?? 0) - weightZeroPoint;
    least += Math.min(weight * low, weight * high);
    most += Math.max(weight * low, weight * high);
  }
  return most - least <= longestRange ? { least, most } : undefined;
}

/** True when both give the same for every sum of the range: tried one by one, so it is a proof. */
export function sameForEverySum(a: Normalization, b: Normalization, { least, most }: SumRange): boolean {
  for (let sum = least; sum <= most; sum++) {
    const [one, other] = [a(sum), b(sum)];
    if (one !== other || one === undefined) return false;
  }
  return true;
}

/** The share of the sums of the range that the two make different elements of. */
export function shareThatDiffers(a: Normalization, b: Normalization, { least, most }: SumRange): number {
  let differing = 0;
  for (let sum = least; sum <= most; sum++) if (a(sum) !== b(sum)) differing++;
  return differing / (most - least + 1);
}
