import { roundings, type Rounding } from '../compiler/options.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Tolerance } from '../run/compare.ts';
import { UsageError } from './exit-codes.ts';

/** Options as the command line parser leaves them: every value is text. */
export type RawOptions = Readonly<Record<string, unknown>>;

const mark = '\u0000';

/**
 * The parser turns what looks like a number into one, which would make the folder `1.10` the folder `1.1`, and
 * empty text into 0.
 * Marked texts do not look like numbers; `unmark` takes the marks away again.
 */
export function markNumbers(argv: readonly string[]): string[] {
  const looksNumeric = (text: string): boolean => Number.isFinite(Number(text));
  return argv.map((token) => {
    const [, name, value] = /^(--?[^=]+=)(.*)$/s.exec(token) ?? [];
    if (name !== undefined && value !== undefined) return looksNumeric(value) ? name + mark + value : token;
    return looksNumeric(token) && !token.startsWith('-') ? mark + token : token;
  });
}

export function unmark<T>(value: T): T {
  if (typeof value === 'string') return value.replace(mark, '') as T;
  return Array.isArray(value) ? (value.map((item: unknown) => unmark(item)) as T) : value;
}

/** The text of an option that may be given once. */
export function single(options: RawOptions, name: string): string | undefined {
  const value = options[name] as string | readonly string[] | undefined;
  if (typeof value === 'object') throw new UsageError(`--${name} is given more than once`);
  return value === undefined ? undefined : present(name, value);
}

/** The texts of an option that may be given again and again. */
export function multiple(options: RawOptions, name: string): readonly string[] {
  const value = options[name] as string | readonly string[] | undefined;
  return value === undefined ? [] : [value].flat().map((text) => present(name, text));
}

/** A shell variable that is not set leaves an option with empty text. */
function present(name: string, text: string): string {
  if (text.trim() === '') throw new UsageError(`--${name} is empty: its value is missing`);
  return text;
}

export function flag(options: RawOptions, name: string): boolean {
  return options[name] === true;
}

/** One of a list of words. */
export function choice<const C extends string>(
  options: RawOptions,
  name: string,
  choices: readonly C[],
): C | undefined {
  const value = single(options, name);
  return value === undefined ? undefined : oneOf(`--${name}`, value, choices);
}

/** @throws {UsageError} with the nearest of the choices */
export function oneOf<const C extends string>(what: string, value: string, choices: readonly C[]): C {
  const found = choices.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const suggestion = nearest(value, choices);
  throw new UsageError(
    `${what} cannot be '${value}'; ${suggestion ? `did you mean '${suggestion}'?` : `one of ${choices.join(', ')}`}`,
  );
}

export function roundingOption(options: RawOptions): Rounding | undefined {
  return choice(options, 'rounding', roundings);
}

/** Every `--bind NAME=1,2,3`; the name may hold what it likes, the values follow its last `=`. */
export function bindOption(options: RawOptions): Readonly<Record<string, readonly number[]>> | undefined {
  const texts = multiple(options, 'bind');
  if (texts.length === 0) return undefined;
  const entries = texts.map((text) => {
    const cut = text.lastIndexOf('=');
    const list = text.slice(cut + 1).trim();
    const values =
      list === '' ? [] : list.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
    if (cut < 1 || values.some(Number.isNaN)) {
      throw new UsageError(`--bind must be NAME=VALUE[,VALUE…], not '${text}'`);
    }
    return [text.slice(0, cut), values] as const;
  });
  return Object.fromEntries(entries);
}

/** A whole number from 0 to 2^32 − 1. */
export function seedOption(options: RawOptions): number | undefined {
  const text = single(options, 'seed');
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value >= 2 ** 32)
    throw new UsageError(`--seed must be a whole number below 2^32`);
  return value;
}

/** `R` or `R,A`. */
export function toleranceOption(options: RawOptions): Tolerance | undefined {
  const text = single(options, 'tolerance');
  if (text === undefined) return undefined;
  const parts = text.split(',');
  const [relative = NaN, absolute = 0] = parts.map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (parts.length > 2 || !(relative >= 0) || !(absolute >= 0)) {
    throw new UsageError('--tolerance must be R or R,A: the relative and the absolute difference allowed');
  }
  return { relative, absolute };
}
