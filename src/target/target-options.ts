import { MatchError } from '../diagnostics/diagnostic.ts';
import { nearest } from '../diagnostics/suggest.ts';

/** What an option of a target may be: a size in bytes, a number above 0, true or false, or one of a list. */
export type TargetOptionRule = 'bytes' | 'positive' | 'boolean' | readonly (string | number)[];

/**
 * Checks what a user wrote into a configuration, where no type checker has to have seen it.
 * @throws {MatchError} TARGET_INVALID naming the option, what it is and what it may be
 */
export function checkTargetOptions<T extends object>(
  target: string,
  options: T,
  rules: Readonly<Record<keyof T & string, TargetOptionRule>>,
): void {
  const names = Object.keys(rules);
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    if (value === undefined) continue;
    const rule = (rules as Readonly<Record<string, TargetOptionRule>>)[name];
    if (rule === undefined) {
      const suggestion = nearest(name, names);
      throw invalid(
        `${target} has no option ${name}`,
        suggestion ? `did you mean ${suggestion}?` : `its options are ${names.join(', ')}`,
      );
    }
    const expected = expectation(value, rule);
    if (expected) throw invalid(`option ${name} of ${target} is ${JSON.stringify(value)}`, expected);
  }
}

/** Addresses have 32 bits. */
const largestMemory = 2 ** 32;

function expectation(value: unknown, rule: TargetOptionRule): string | undefined {
  if (rule === 'bytes') {
    const fits = typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= largestMemory;
    return fits ? undefined : 'give a whole number of bytes from 1 to 4294967296';
  }
  if (rule === 'positive') {
    const fits = typeof value === 'number' && Number.isFinite(value) && value > 0;
    return fits ? undefined : 'give a number above 0';
  }
  if (rule === 'boolean') return typeof value === 'boolean' ? undefined : 'give true or false';
  return rule.some((allowed) => allowed === value) ? undefined : `give one of ${rule.join(', ')}`;
}

function invalid(message: string, hint: string): MatchError {
  return new MatchError({ code: 'TARGET_INVALID', message, hint });
}
