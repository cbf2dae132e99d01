/** What `match inspect` found out about one subject: for people and for machines. */
export interface Inspection {
  /** Ends with a newline. */
  readonly text: string;
  readonly json: object;
}

/** `name      value` lines under a heading. */
export function fields(entries: readonly (readonly [string, string])[]): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}
