import { roundHalfAway } from 'match-compiler';

/** The logistic function at i/24 in steps of 2^−16, moved by half of what the middle between two entries is off. */
export function logisticTable(): Uint16Array {
  const logistic = (x: number): number => 65536 / (1 + Math.exp(-x / 24));
  return Uint16Array.from({ length: 256 }, (_, i) => {
    const middle = logistic(i + 0.5) - (logistic(i) + logistic(i + 1)) / 2;
    return i === 255 ? 65535 : Math.round(logistic(i) + middle / 2);
  });
}

/**
 * 513 entries of a function on an interval in steps of about 2^−15, moved likewise
 * (LUTPopulateInt16 in tensorflow/lite/kernels/internal/common.h, in float64).
 */
function functionTable(f: (x: number) => number, low: number, high: number): Int16Array {
  const step = (high - low) / 512;
  // Entries of 2/65535 over the range of int16, whose ends are 65535 of them apart.
  const scale = 65536 / 2;
  const entry = (x: number): number => roundHalfAway(f(x) * scale);
  return Int16Array.from({ length: 513 }, (_, i) => {
    const x = low + i * step;
    if (i === 512) return saturate(entry(high));
    const interpolated = roundHalfAway((f(low + (i + 1) * step) * scale + entry(x)) / 2);
    return saturate(entry(x) - roundHalfAway((interpolated - entry(x + step / 2)) / 2));
  });
}

const saturate = (value: number): number => Math.min(32767, Math.max(-32768, value));

/** e^x on −10 … 0. */
export const exponentialTable = (): Int16Array => functionTable(Math.exp, -10, 0);
/** 1/(1 + x) on 0 … 1. */
export const reciprocalTable = (): Int16Array => functionTable((x) => 1 / (1 + x), 0, 1);
