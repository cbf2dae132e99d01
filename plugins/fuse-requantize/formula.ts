import { integerRange, type DataType, type ValueRange } from 'match-compiler';
import type { Step } from './chain.ts';

/** clamp(⌊(acc·multiplier + addend)/divisor⌋, min, max) */
export interface Formula {
  readonly multiplier: readonly number[];
  readonly addend: readonly number[];
  readonly divisor: number;
  readonly min: number;
  readonly max: number;
}

/** Half of what 64 bits hold: the slack covers the rounding of the bounds themselves. */
const wideLimit = 2 ** 62;

/**
 * The formula that equals running the steps one by one on every accumulator in `range`; undefined when a
 * step could leave its element type, or the formula its own.
 */
export function formulaOf(
  steps: readonly Step[],
  range: ValueRange,
  dtypes: readonly DataType[],
): Formula | undefined {
  let bounds = range;
  let multiplier: readonly number[] = [1];
  let addend: readonly number[] = [0];
  let divisor = 1;
  let limits = { min: -Infinity, max: Infinity };
  let truncated = false;
  for (const [i, step] of steps.entries()) {
    const dtype = dtypes[i] ?? 'int8';
    switch (step.kind) {
      case 'mul':
        multiplier = zip(multiplier, step.numbers, (a, b) => a * b);
        addend = zip(addend, step.numbers, (a, b) => a * b);
        bounds = scaled(bounds, step.numbers);
        break;
      case 'add':
        addend = zip(addend, step.numbers, (a, b) => a + b);
        bounds = {
          min: zip(bounds.min, step.numbers, (a, b) => a + b),
          max: zip(bounds.max, step.numbers, (a, b) => a + b),
        };
        break;
      case 'div':
        // Before a division wrapping would matter: the operand is converted to the type first.
        if (!fits(bounds, dtype)) return undefined;
        divisor = step.divisor;
        truncated = step.rounding === 'truncate' && bounds.min.some((low) => low < 0);
        // Bounds of both roundings: they differ for negative quotients.
        bounds = {
          min: bounds.min.map((low) => Math.floor(low / step.divisor)),
          max: bounds.max.map((high) => (high < 0 ? Math.ceil : Math.floor)(high / step.divisor)),
        };
        break;
      case 'clip':
        limits = limited(limits, step);
        bounds = clampedRange(bounds, step);
        break;
      case 'cast':
        if (step.saturate) {
          limits = limited(limits, integerRange(dtype));
          bounds = clampedRange(bounds, integerRange(dtype));
        }
        break;
    }
    if (!fits(bounds, dtype)) return undefined;
  }
  // Below 0 truncation gives more than floor, but never more than 0: a lower limit of 0 hides it.
  if (truncated && limits.min < 0) return undefined;
  const last = integerRange(dtypes.at(-1) ?? 'int8');
  const formula = reduced({
    multiplier,
    addend,
    divisor,
    min: Math.max(limits.min, last.min),
    max: Math.min(limits.max, last.max),
  });
  return computable(formula, range) ? formula : undefined;
}

/** Limits of clamping to `first` and then to `then`. */
function limited(first: Limits, then: Limits): Limits {
  const clamp = (x: number): number => Math.min(Math.max(x, then.min), then.max);
  return { min: clamp(first.min), max: clamp(first.max) };
}

interface Limits {
  readonly min: number;
  readonly max: number;
}

/**
 * Without the common factor g of multipliers and divisor where the multiplier would not fit otherwise:
 * ⌊(acc·g·k + l)/(g·d)⌋ = ⌊(acc·k + ⌊l/g⌋)/d⌋.
 */
function reduced(formula: Formula): Formula {
  if (formula.multiplier.every(isInt32)) return formula;
  const g = formula.multiplier.reduce(greatestCommonDivisor, formula.divisor);
  return {
    ...formula,
    multiplier: formula.multiplier.map((k) => k / g),
    addend: formula.addend.map((l) => Math.floor(l / g)),
    divisor: formula.divisor / g,
  };
}

function computable({ multiplier, addend, divisor, min, max }: Formula, range: ValueRange): boolean {
  if (!multiplier.every(isInt32) || !addend.every(Number.isSafeInteger) || !Number.isSafeInteger(divisor))
    return false;
  if (!(min <= max)) return false;
  const products = scaled(range, multiplier);
  const sums = [zip(products.min, addend, (a, b) => a + b), zip(products.max, addend, (a, b) => a + b)];
  return [products.min, products.max, ...sums].every((list) =>
    list.every((bound) => Math.abs(bound) < wideLimit),
  );
}

function fits(bounds: ValueRange, dtype: DataType): boolean {
  const range = integerRange(dtype);
  const [low, high] = [Math.max(range.min, -wideLimit), Math.min(range.max, wideLimit)];
  return bounds.min.every((bound) => bound >= low) && bounds.max.every((bound) => bound <= high);
}

function scaled(range: ValueRange, factors: readonly number[]): ValueRange {
  const low = zip(range.min, factors, (a, b) => a * b);
  const high = zip(range.max, factors, (a, b) => a * b);
  return { min: zip(low, high, Math.min), max: zip(low, high, Math.max) };
}

function clampedRange(range: ValueRange, limits: Limits): ValueRange {
  const clamp = (x: number): number => Math.min(Math.max(x, limits.min), limits.max);
  return { min: range.min.map(clamp), max: range.max.map(clamp) };
}

/** Element by element, where a list of one number stands for that number in every channel. */
function zip(
  a: readonly number[],
  b: readonly number[],
  combine: (a: number, b: number) => number,
): readonly number[] {
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) =>
    combine((a.length === 1 ? a[0] : a[i]) ?? 0, (b.length === 1 ? b[0] : b[i]) ?? 0),
  );
}

function isInt32(number: number): boolean {
  return Number.isInteger(number) && Math.abs(number) < 2 ** 31;
}

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}
