/**
 * Bounds of a value's elements: one pair, or one per index of axis 1. Every element that any input can
 * produce lies within; the bounds need not be reached.
 */
export interface ValueRange {
  readonly min: readonly number[];
  readonly max: readonly number[];
}

/** The bounds over all indices of axis 1. */
export function overall(range: ValueRange): { readonly min: number; readonly max: number } {
  return { min: extreme(range.min, Math.min), max: extreme(range.max, Math.max) };
}

/** All of a range lies between two numbers. */
export function within(range: ValueRange, limits: { readonly min: number; readonly max: number }): boolean {
  const { min, max } = overall(range);
  return min >= limits.min && max <= limits.max;
}

/** Bounds of `combine(a, b)` for a function that is monotone in each argument (+, −, ·, min, max). */
export function combined(
  a: ValueRange,
  b: ValueRange,
  combine: (a: number, b: number) => number,
): ValueRange {
  const count = Math.max(a.min.length, b.min.length);
  const min: number[] = [];
  const max: number[] = [];
  for (let i = 0; i < count; i++) {
    const [al, ah, bl, bh] = [at(a.min, i), at(a.max, i), at(b.min, i), at(b.max, i)];
    // 0 · ∞ has no value; an unbounded factor makes the product unbounded unless the other is 0.
    const corners = [combine(al, bl), combine(al, bh), combine(ah, bl), combine(ah, bh)].map((x) =>
      x !== x ? 0 : x,
    );
    min.push(extreme(corners, Math.min));
    max.push(extreme(corners, Math.max));
  }
  return { min, max };
}

/** Every bound limited to min..max. */
export function clamped(range: ValueRange, min: number, max: number): ValueRange {
  const clamp = (x: number): number => Math.min(Math.max(x, min), max);
  return { min: range.min.map(clamp), max: range.max.map(clamp) };
}

/** Every bound without its fraction. */
export function truncated(range: ValueRange): ValueRange {
  return { min: range.min.map(Math.trunc), max: range.max.map(Math.trunc) };
}

/** Every bound moved by a number. */
export function shift(range: ValueRange, by: number): ValueRange {
  return by === 0 ? range : { min: range.min.map((x) => x + by), max: range.max.map((x) => x + by) };
}

/** The smallest range that holds all of these. */
export function hull(ranges: readonly { readonly min: number; readonly max: number }[]): ValueRange {
  return {
    min: [
      extreme(
        ranges.map((range) => range.min),
        Math.min,
      ),
    ],
    max: [
      extreme(
        ranges.map((range) => range.max),
        Math.max,
      ),
    ],
  };
}

/** One pair of bounds for all elements. */
export function single(range: { readonly min: number; readonly max: number }): ValueRange {
  return { min: [range.min], max: [range.max] };
}

/** The entry of a channel in a list of one entry or one per channel. */
export function at(list: readonly number[], index: number): number {
  return (list.length === 1 ? list[0] : list[index]) ?? 0;
}

export function extreme(numbers: readonly number[], pick: (a: number, b: number) => number): number {
  return numbers.reduce((a, b) => pick(a, b));
}

export function product(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a * b, 1);
}
