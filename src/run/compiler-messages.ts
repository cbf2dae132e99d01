import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Bundle } from '../emit/bundle.ts';
import { explainLine } from '../emit/source-map.ts';

/**
 * The messages of a C compiler (in the form that gcc and clang share) with the model node and the template
 * line that the C line comes from.
 */
export function compilerMessages(output: string, bundle: Bundle): readonly Diagnostic[] {
  return output.split('\n').flatMap((text): Diagnostic[] => {
    const match = /^(.+?):(\d+):(?:(\d+):)?\s*(?:fatal )?(error|warning):\s*(.*)$/.exec(text);
    if (!match) return [];
    const [, path = '', lineText = '', columnText, severity, message = ''] = match;
    const line = Number(lineText);
    const file = path.replace(/^\.\//, '');
    const map = bundle.files.get(`${file}.map`)?.content;
    const origin = map === undefined ? undefined : explainLine(asText(map), line);
    const { node, op, template, templateLine } = origin ?? {};
    return [
      {
        code: 'C_COMPILER',
        severity: severity === 'warning' ? 'warning' : 'error',
        message,
        loc: {
          file,
          line,
          ...(columnText !== undefined && { column: Number(columnText) }),
          ...(node !== undefined && { node }),
          ...(op !== undefined && { op }),
        },
        ...(template !== undefined && { notes: [`from ${template}:${templateLine ?? 0}`] }),
      },
    ];
  });
}

function asText(content: string | Uint8Array): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
}
