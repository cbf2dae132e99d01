import { spawn } from 'node:child_process';
import { atExit } from './at-exit.ts';

export interface Finished {
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  /** `exit code 1`, `signal SIGSEGV` or `signal SIGKILL after 30 s`. */
  readonly status: string;
  /** Both streams, in the order in which they came. */
  readonly output: string;
}

/** Enough for every message of a compiler; what a program prints beyond it is dropped. */
const longestOutput = 1 << 20;

/** Runs a program to its end, or kills it after `seconds`. Rejects only when it cannot be started. */
export function runProgram(
  command: readonly [string, ...string[]],
  {
    seconds,
    ...options
  }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly seconds?: number },
): Promise<Finished> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const collect = (chunk: string): void => {
      if (output.length < longestOutput) output += chunk;
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', collect);
    const stop = (): void => void child.kill('SIGKILL');
    const settled = atExit(stop);
    let late = false;
    const limit =
      seconds === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            stop();
          }, 1000 * seconds);
    child.on('error', (error) => {
      settled();
      clearTimeout(limit);
      reject(error);
    });
    child.on('close', (code, signal) => {
      settled();
      clearTimeout(limit);
      const status = late
        ? `signal SIGKILL after ${seconds ?? 0} s`
        : signal === null
          ? `exit code ${code ?? 0}`
          : `signal ${signal}`;
      resolve({ code: code ?? undefined, status, output });
    });
  });
}
