import { MatchError } from '../diagnostics/diagnostic.ts';

/** Where one generated line comes from; `null` and absent fields are unknown. */
export interface LineOrigin {
  /** The model's own name of the node. */
  readonly node?: string;
  /** The model's operator, else the compiler's. */
  readonly op?: string;
  readonly plugin?: string;
  readonly template?: string;
  readonly templateLine?: number;
}

/** Indices into the tables of `x_match`, -1 for none, and a template line, 0 for none. */
export type LineEntry = readonly [node: number, plugin: number, template: number, templateLine: number];

/** The compiler's own part of a source map: one entry of `lines` per generated line. */
export interface MatchLines {
  readonly nodes: readonly { readonly name: string; readonly op: string }[];
  readonly plugins: readonly string[];
  readonly templates: readonly string[];
  readonly lines: readonly LineEntry[];
}

/** A version 3 source map, with the field that leads to the model. */
export interface CSourceMap {
  readonly version: 3;
  readonly file: string;
  readonly sources: readonly string[];
  readonly sourcesContent: readonly (string | null)[];
  readonly names: readonly string[];
  readonly mappings: string;
  readonly x_match: MatchLines;
}

/**
 * What a line of the generated C (from 1) comes from; undefined when the line does not exist.
 * @throws {MatchError} SOURCE_MAP_INVALID when the text is no source map of generated C
 */
export function explainLine(mapJson: string, line: number): LineOrigin | undefined {
  const { nodes, plugins, templates, lines } = readLines(mapJson);
  const entry = lines[line - 1];
  if (!entry) return undefined;
  const [n, p, t, templateLine] = entry;
  const node = nodes[n];
  const plugin = plugins[p];
  const template = templates[t];
  return {
    ...(node && { node: node.name, op: node.op }),
    ...(plugin !== undefined && { plugin }),
    ...(template !== undefined && { template }),
    ...(templateLine > 0 && { templateLine }),
  };
}

function readLines(mapJson: string): MatchLines {
  const invalid = (message: string, cause?: unknown): MatchError =>
    new MatchError(
      { code: 'SOURCE_MAP_INVALID', message, hint: 'it must be the .c.map beside the generated C' },
      { cause },
    );
  let map: unknown;
  try {
    map = JSON.parse(mapJson);
  } catch (error) {
    throw invalid('the source map is not JSON', error);
  }
  const match = (map as { x_match?: Partial<MatchLines> } | null)?.x_match;
  const { nodes, plugins, templates, lines } = match ?? {};
  if (
    !Array.isArray(nodes) ||
    !Array.isArray(plugins) ||
    !Array.isArray(templates) ||
    !Array.isArray(lines) ||
    !lines.every((entry) => Array.isArray(entry) && entry.length === 4)
  ) {
    throw invalid('the source map has no usable field x_match');
  }
  return match as MatchLines;
}
