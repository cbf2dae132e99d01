/** Nested loops around one statement, as text. */
export function copyText(heads: string, statement: string): string {
  const loops = heads === '' ? [] : heads.split('\n');
  const margin = (depth: number): string => '    '.repeat(depth);
  return [
    ...loops.map((head, depth) => `${margin(depth)}${head} {`),
    `${margin(loops.length)}${statement}`,
    ...loops.map((_, i) => `${margin(loops.length - 1 - i)}}`),
  ].join('\n');
}
