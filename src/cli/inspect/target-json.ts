import type { Pattern } from '../../ir/pattern.ts';
import type { Template } from '../../target/kernel.ts';
import type { Target } from '../../target/target.ts';

/** A target as plain data: functions by name, patterns as text, C sources by path, infinite numbers as `Infinity` in quotes. */
export function targetJson(target: Target): object {
  return plain(target, 'target') as object;
}

function plain(value: unknown, key: string): unknown {
  if (typeof value === 'function') return `function ${value.name || key}`;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (isPattern(value)) return value.text;
  if (isTemplate(value)) return value.path;
  if (Array.isArray(value)) return value.map((item: unknown, i) => plain(item, `${key}[${i}]`));
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, item]) => [String(name), plain(item, String(name))]));
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]) => (item === undefined ? [] : [[name, plain(item, name)]])),
  );
}

function isPattern(value: object): value is Pattern {
  return 'text' in value && 'step' in value;
}

function isTemplate(value: object): value is Template {
  return 'text' in value && 'path' in value;
}
