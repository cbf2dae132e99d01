import { readFileSync } from 'node:fs';
import { MatchError } from '../../diagnostics/diagnostic.ts';
import { explainLine, type LineOrigin } from '../../emit/source-map.ts';
import { flag, type RawOptions } from '../arguments.ts';
import { exitCodes, UsageError } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

/** `match explain-line FILE:LINE`: where a line of generated C comes from. */
export function run(place: string | undefined, options: RawOptions, terminal: Terminal): Promise<number> {
  const [, file, digits] = /^(.+?):(\d+)(?::\d+)?$/.exec(place ?? '') ?? [];
  if (file === undefined)
    throw new UsageError('explain-line takes FILE:LINE, for instance match-out/network.c:120');
  const line = Number(digits);
  const origin = explainLine(readMap(file), line);
  if (!origin) {
    throw new MatchError({
      code: 'LINE_UNKNOWN',
      message: `${file} has no line ${line}`,
      loc: { file, line },
      hint: 'lines are counted from 1, as compilers and debuggers do',
    });
  }
  terminal.out(
    flag(options, 'json')
      ? `${JSON.stringify({ ok: true, file, line, origin }, null, 2)}\n`
      : `${describe(origin)}\n`,
  );
  return Promise.resolve(exitCodes.ok);
}

function readMap(file: string): string {
  try {
    return readFileSync(`${file}.map`, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new MatchError({
      code: 'SOURCE_MAP_MISSING',
      message: `the source map of ${file} cannot be read (${code})`,
      loc: { file: `${file}.map` },
      hint: 'name a C file in the folder that `match build` wrote; its map lies beside it',
    });
  }
}

function describe({ node, op, plugin, template, templateLine }: LineOrigin): string {
  const lines = [
    node !== undefined && `node      ${node}${op === undefined ? '' : ` (${op})`}`,
    plugin !== undefined && `plugin    ${plugin}`,
    template !== undefined && `template  ${template}${templateLine === undefined ? '' : `:${templateLine}`}`,
  ].filter((line) => line !== false);
  return lines.length > 0 ? lines.join('\n') : 'written by the compiler itself, for no node in particular';
}
