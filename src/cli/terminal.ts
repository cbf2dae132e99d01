import picocolors from 'picocolors';
import type { Palette } from '../diagnostics/format.ts';

/** Where a command writes: results to stdout, messages for people to stderr. */
export interface Terminal {
  /** Writes a result. No newline is added. */
  out(text: string): void;
  /** Writes a line for people. */
  message(line: string): void;
  /** Shows what is going on now in place of the last such line, '' to take it away; only on a terminal. */
  progress(text: string): void;
  /** Styles for `out`. */
  readonly outStyle: Palette;
  /** Styles for `message`. */
  readonly style: Palette;
  /** `progress` is seen. */
  readonly interactive: boolean;
}

const eraseLine = '\r\u001b[2K';

export function createTerminal(
  stdout: NodeJS.WriteStream = process.stdout,
  stderr: NodeJS.WriteStream = process.stderr,
  environment: NodeJS.ProcessEnv = process.env,
): Terminal {
  const coloured = (stream: NodeJS.WriteStream): boolean => {
    // NO_COLOR (no-color.org) counts when it is set to anything; FORCE_COLOR is its opposite.
    if (environment['NO_COLOR']) return false;
    if (environment['FORCE_COLOR'] && environment['FORCE_COLOR'] !== '0') return true;
    // Undefined on a pipe, whatever its type says: picocolors would then decide for itself.
    return Boolean(stream.isTTY) && environment['TERM'] !== 'dumb';
  };
  const interactive = stderr.isTTY && environment['TERM'] !== 'dumb' && !environment['CI'];
  let shown = false;
  const erase = (): string => {
    const text = shown ? eraseLine : '';
    shown = false;
    return text;
  };
  return {
    out(text) {
      if (shown) stderr.write(erase());
      stdout.write(text);
    },
    message: (line) => void stderr.write(`${erase()}${line}\n`),
    progress(text) {
      if (!interactive) return;
      if (text === '') {
        stderr.write(erase());
        return;
      }
      stderr.write(`${eraseLine}${text.slice(0, (stderr.columns || 80) - 1)}`);
      shown = true;
    },
    outStyle: picocolors.createColors(coloured(stdout)),
    style: picocolors.createColors(coloured(stderr)),
    interactive,
  };
}
