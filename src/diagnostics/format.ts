import type { Diagnostic, DiagnosticLocation } from './diagnostic.ts';

/** Wraps text in a terminal style; the identity where colour is off. */
export interface Palette {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}

const plain = (text: string): string => text;
export const plainPalette: Palette = { red: plain, yellow: plain, cyan: plain, bold: plain, dim: plain };

/** The message as people read it: heading, place, frame, notes, hint. No trailing newline. */
export function formatDiagnostic(diagnostic: Diagnostic, palette: Palette = plainPalette): string {
  const colour = { error: palette.red, warning: palette.yellow, info: palette.cyan }[diagnostic.severity];
  const lines = [
    `${colour(`${diagnostic.severity} ${diagnostic.code}`)} ${palette.bold(diagnostic.message)}`,
  ];
  const where = formatLocation(diagnostic.loc);
  if (where) lines.push(`  at ${where}`);
  if (diagnostic.plugin) {
    lines.push(`  in plugin ${diagnostic.plugin}${diagnostic.hook ? `, hook ${diagnostic.hook}` : ''}`);
  }
  if (diagnostic.frame) lines.push(...diagnostic.frame.split('\n').map((line) => `  | ${line}`));
  for (const note of diagnostic.notes ?? []) lines.push(`  note: ${note}`);
  if (diagnostic.hint) lines.push(`  ${palette.cyan('help:')} ${diagnostic.hint}`);
  return lines.join('\n');
}

function formatLocation(loc: DiagnosticLocation | undefined): string {
  if (!loc) return '';
  const position = [loc.file, loc.line, loc.column].filter((part) => part !== undefined).join(':');
  const parts = [position];
  if (loc.node !== undefined) parts.push(`node ${loc.node}${loc.op ? ` (${loc.op})` : ''}`);
  if (loc.tensor !== undefined) parts.push(`tensor ${loc.tensor}`);
  if (loc.offset !== undefined) parts.push(`byte ${loc.offset}`);
  return parts.filter(Boolean).join(', ');
}
