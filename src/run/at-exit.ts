const actions = new Set<() => void>();

function runAll(): void {
  for (const action of actions) action();
}

/**
 * Has `action` done when the process ends, unless what is returned is called before. One listener for all: many
 * programs may be running.
 */
export function atExit(action: () => void): () => void {
  if (actions.size === 0) process.on('exit', runAll);
  actions.add(action);
  return () => {
    actions.delete(action);
    if (actions.size === 0) process.off('exit', runAll);
  };
}
