import type { Bundle } from 'match-compiler';

/** What emitted C must not contain, found in its text; compilers check the rest. */
export function auditC(bundle: Bundle): string[] {
  const faults: string[] = [];
  for (const { path, content } of bundle.files.values()) {
    if (typeof content !== 'string' || !/\.[ch]$/.test(path)) continue;
    const code = content.replace(/\/\*[\s\S]*?\*\/|\/\/.*|"(?:\\.|[^"\\])*"/g, ' ');
    // The hosted self-check may use the C library; the network itself may not.
    if (path !== 'main.c') {
      for (const [word] of code.matchAll(/\b(?:malloc|calloc|realloc|free|alloca|printf|fopen)\s*\(/g)) {
        faults.push(`${path} calls ${word}`);
      }
    }
    const cycle = recursion(code);
    if (cycle) faults.push(`${path} recurses: ${cycle.join(' → ')}`);
  }
  return faults;
}

/** A circle among the functions that a file defines. */
function recursion(code: string): string[] | undefined {
  const calls = new Map<string, Set<string>>();
  for (const match of code.matchAll(/^[A-Za-z_][\w\s*]*?\b(\w+)\s*\([^;{}]*\)\s*\{/gm)) {
    const name = match[1] ?? '';
    const body = blockAt(code, match.index + match[0].length);
    calls.set(name, new Set([...body.matchAll(/\b(\w+)\s*\(/g)].map((call) => call[1] ?? '')));
  }
  const done = new Set<string>();
  const walk = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return [...path, name];
    if (done.has(name)) return undefined;
    for (const callee of calls.get(name) ?? []) {
      const cycle = calls.has(callee) ? walk(callee, [...path, name]) : undefined;
      if (cycle) return cycle;
    }
    done.add(name);
    return undefined;
  };
  for (const name of calls.keys()) {
    const cycle = walk(name, []);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Text up to the brace that closes the one before `start`. */
function blockAt(code: string, start: number): string {
  let depth = 1;
  let end = start;
  while (end < code.length && depth > 0) {
    if (code[end] === '{') depth++;
    else if (code[end] === '}') depth--;
    end++;
  }
  return code.slice(start, end);
}
