import type { Observer } from '../compiler/plugin-driver.ts';
import type { Terminal } from './terminal.ts';

/** Work shorter than this shows nothing. */
const quietMilliseconds = 1000;
const intervalMilliseconds = 100;

/** A line on the terminal that tells what is being done, once it takes longer than a second. */
export interface Progress {
  readonly observer: Observer;
  /** Something outside the compiler's stages begins. */
  stage(text: string): void;
  done(): void;
}

export function createProgress(terminal: Terminal): Progress {
  const started = performance.now();
  let last = 0;
  const show = (text: string): void => {
    const now = performance.now();
    if (now - started < quietMilliseconds || now - last < intervalMilliseconds) return;
    last = now;
    terminal.progress(`${text} (${Math.round((now - started) / 1000)} s)`);
  };
  return {
    observer: { start: (hook, plugin) => show(`${hook}: ${plugin}`) },
    stage(text) {
      last = 0;
      show(text);
    },
    done: () => terminal.progress(''),
  };
}
