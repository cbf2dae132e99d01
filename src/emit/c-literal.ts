import type { DataType } from '../ir/data-type.ts';

/**
 * The value as a C99 constant expression of the given type (small types: of `int`). Floats are the shortest
 * decimal that reads back as the same value. Infinite values and NaN need `math.h`: see `needsMathHeader`.
 */
export function cLiteral(dtype: DataType, value: number | bigint): string {
  switch (dtype) {
    case 'float32':
      return floatLiteral(Number(value), 'f');
    case 'float64':
      return floatLiteral(Number(value), '');
    case 'int64': {
      const wide = BigInt(value);
      // The most negative value has no literal of its own: its digits alone are too large a number.
      return wide === -(2n ** 63n) ? '(-INT64_C(9223372036854775807) - 1)' : `INT64_C(${wide})`;
    }
    case 'uint64':
      return `UINT64_C(${BigInt(value)})`;
    case 'int32':
      return Number(value) === -(2 ** 31) ? '(-2147483647 - 1)' : String(value);
    case 'uint32':
      return `${value}u`;
    default:
      return String(Number(value));
  }
}

export function needsMathHeader(value: number | bigint): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}

function floatLiteral(value: number, suffix: string): string {
  if (Number.isNaN(value)) return 'NAN';
  if (!Number.isFinite(value)) return value < 0 ? '-INFINITY' : 'INFINITY';
  if (Object.is(value, -0)) return `-0.0${suffix}`;
  let text = suffix === 'f' ? shortestFloat32(value) : String(value);
  if (!/[.e]/.test(text)) text += '.0';
  return `${text}${suffix}`;
}

/** The fewest digits that round to the same float32. */
function shortestFloat32(value: number): string {
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = single.toPrecision(digits);
    if (Math.fround(Number(text)) === single) return String(Number(text));
  }
  return String(Number(single.toPrecision(9)));
}

/** `true` unless the string holds `*` and `/` in a row or a line feed: text of a model inside a comment. */
export function commentText(text: string): string {
  return text
    .replace(/\*\//g, '* /')
    .replace(/\/\*/g, '/ *')
    .replace(/[\r\n]+/g, ' ')
    .replace(/\?\?/g, '? ?');
}

/** A C string literal, quotes included. */
export function cString(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let quoted = '"';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === '"' || character === '\\') quoted += `\\${character}`;
    // Octal escapes end after three digits, unlike hexadecimal ones; `?` could begin a trigraph.
    else if (byte < 0x20 || byte > 0x7e || character === '?')
      quoted += `\\${byte.toString(8).padStart(3, '0')}`;
    else quoted += character;
  }
  return `${quoted}"`;
}

/** Items of an initializer list, comma-separated, in lines of up to `width` characters. */
export function wrapItems(items: readonly string[], width: number): string {
  const lines: string[] = [];
  let line = '';
  items.forEach((item, i) => {
    const piece = i + 1 < items.length ? `${item},` : item;
    if (line !== '' && line.length + 1 + piece.length > width) {
      lines.push(line);
      line = piece;
    } else {
      line += line === '' ? piece : ` ${piece}`;
    }
  });
  return [...lines, line].join('\n');
}
