import { MatchError } from '../diagnostics/diagnostic.ts';
import { formatDiagnostic } from '../diagnostics/format.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { exitCodes, UsageError } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

export interface Failure {
  /** stdout gets the error as JSON. */
  readonly json: boolean;
  readonly command?: string | undefined;
  readonly options?:
    | readonly { readonly name: string; readonly names: readonly string[]; readonly required?: boolean }[]
    | undefined;
  /** As typed, from the command on. */
  readonly argv?: readonly string[];
}

/** Tells the user what went wrong. Returns the exit code. */
export function reportFailure(
  error: unknown,
  terminal: Terminal,
  { json, command, options = [], argv = [] }: Failure,
): number {
  terminal.progress('');
  const debug = Boolean(process.env['MATCH_DEBUG']) && process.env['MATCH_DEBUG'] !== '0';
  const { red, dim, bold } = terminal.style;
  if (MatchError.is(error)) {
    terminal.message(formatDiagnostic(error.diagnostic, terminal.style));
    if (debug) terminal.message(dim(traces(error)));
    if (json) terminal.out(`${JSON.stringify({ ok: false, error: error.diagnostic }, null, 2)}\n`);
    return exitCodes.userError;
  }
  if (isUsageError(error)) {
    const namesOf = (list: typeof options): string[] =>
      list.flatMap(({ names }) => names.filter((name) => name.length > 1).map(dashed));
    const valued = namesOf(options.filter(({ required }) => required === true));
    const usage = dashedValue(error.message, argv, valued) ?? usageMessage(error.message, namesOf(options));
    terminal.message(`${red('error')} ${bold(usage)}`);
    terminal.message(`  ${dim(`match ${command ? `${command} ` : ''}--help shows the usage`)}`);
    if (json) terminal.out(`${JSON.stringify({ ok: false, usage }, null, 2)}\n`);
    return exitCodes.usage;
  }
  const message = error instanceof Error ? error.message : String(error);
  terminal.message(`${red('internal error')} ${bold(message)}`);
  terminal.message('  This is a bug in match. Please report it with the command and, if you can, the model.');
  if (debug) terminal.message(dim(traces(error)));
  else terminal.message('  MATCH_DEBUG=1 shows where it happened.');
  if (json) terminal.out(`${JSON.stringify({ ok: false, internal: message }, null, 2)}\n`);
  return exitCodes.internal;
}

/** The parser's own errors are known by their name alone. */
function isUsageError(error: unknown): error is Error {
  return error instanceof UsageError || (error instanceof Error && error.name === 'CACError');
}

function usageMessage(message: string, known: readonly string[]): string {
  const unused = /^Unused args: (.*)$/.exec(message)?.[1];
  if (unused !== undefined) {
    return `too many arguments: ${unused.replaceAll('\0', '')}; options that take several files are repeated per file`;
  }
  const option = /^Unknown option `--?([^`]+)`$/.exec(message)?.[1];
  if (option === undefined) return message.replaceAll('\0', '');
  const suggestion = nearest(dashed(option), known);
  return `there is no option --${dashed(option)}${suggestion ? `; did you mean --${suggestion}?` : ''}`;
}

/** What the parser takes for an unknown option may be meant as the value of the option before it. */
function dashedValue(
  message: string,
  argv: readonly string[],
  valued: readonly string[],
): string | undefined {
  if (!/^Unknown option `-[^-]/.test(message)) return undefined;
  const at = argv.findIndex(
    (token, i) => /^-[^-]/.test(token) && valued.includes((argv[i - 1] ?? '').slice(2)),
  );
  const [option, value] = argv.slice(at - 1, at + 1);
  if (at < 1 || option === undefined || value === undefined) return undefined;
  return `the value '${value}' of ${option} begins with a dash: write ${option}=${value}`;
}

/** `verifyEach` as it is typed: `verify-each`. */
function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The stack of an error and of those that caused it. */
function traces(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? stack : `${stack}\ncaused by ${traces(cause)}`;
}
