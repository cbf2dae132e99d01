import { constants } from 'node:os';
import { setImmediate } from 'node:timers/promises';

const actions = new Set<() => void>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function runAll(): void {
  for (const action of actions) action();
}

/** Leaving by exit has the actions done. A host with a handler of its own decides itself when to leave. */
function leave(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) === 1) process.exit(128 + constants.signals[signal]);
}

/**
 * Has `action` done when the process ends or is told to, unless what is returned is called before. One listener for
 * all: many programs may be running. Signals are listened to only while there is something to do: a listener takes
 * their own effect away and is not called before synchronous work is over, so that they would not stop a compilation.
 */
export function atExit(action: () => void): () => void {
  if (actions.size === 0) {
    process.on('exit', runAll);
    for (const signal of signals) process.on(signal, leave);
  }
  actions.add(action);
  return () => {
    if (!actions.delete(action) || actions.size > 0) return;
    process.off('exit', runAll);
    for (const signal of signals) process.off(signal, leave);
  };
}

/** Does synchronous work that a signal must not cut in two: one that comes meanwhile ends the process afterwards. */
export async function unbroken(work: () => void): Promise<void> {
  const settled = atExit(() => undefined);
  try {
    work();
  } finally {
    await pendingSignals();
    settled();
  }
}

/** Until signals that came during synchronous work have had their listeners called: without one they are lost. */
export async function pendingSignals(): Promise<void> {
  // The first may come in the turn that is under way, which has asked for signals already.
  await setImmediate();
  await setImmediate();
}
