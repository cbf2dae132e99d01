import { Bundle as TextBundle, MagicString } from 'magic-string';
import { printGraph, printNode } from '../ir/printer.ts';
import type { Graph, Node } from '../ir/graph.ts';
import type { Segment } from './c-builder.ts';
import type { CSourceMap, LineEntry } from './source-map.ts';

/** A C file and the map that leads from its lines to the model and the templates. */
export interface TranslationUnit {
  readonly text: string;
  readonly map: CSourceMap;
}

export interface UnitOptions {
  /** Name of the C file, without folders. */
  readonly file: string;
  readonly graph: Graph;
  /** Puts `#line` directives before and after the text of templates. */
  readonly lineDirectives?: boolean;
}

/** Joins segments to one file. Sources of the map: the printed graph, then the templates as they appear. */
export function assembleUnit(segments: readonly Segment[], options: UnitOptions): TranslationUnit {
  const { file, graph } = options;
  const printed = printedGraph(graph);
  const merged = mergeNeighbours(segments);
  const pieces = options.lineDirectives ? withLineDirectives(merged, file) : merged;
  const bundle = new TextBundle({ separator: '' });
  // Named even when no line leads there, so that the graph is always the first source.
  bundle.addSource(new MagicString(printed.text, { filename: printed.path }).remove(0, printed.text.length));
  for (const piece of pieces) bundle.addSource(magicOf(piece, printed));
  const map = bundle.generateMap({ hires: false, includeContent: true });
  return {
    text: bundle.toString(),
    map: {
      version: 3,
      file,
      sources: map.sources,
      sourcesContent: map.sourcesContent,
      names: map.names,
      mappings: map.mappings,
      x_match: lineTable(pieces),
    },
  };
}

/** Neighbours with the same origin as one: every piece carries the whole printed graph through the edits. */
function mergeNeighbours(segments: readonly Segment[]): Segment[] {
  const merged: Segment[] = [];
  for (const segment of segments) {
    const last = merged.at(-1);
    const { node, plugin, template } = segment.origin;
    const alike =
      last !== undefined &&
      !last.filled &&
      !segment.filled &&
      template === undefined &&
      last.origin.template === undefined &&
      last.origin.node === node &&
      last.origin.plugin === plugin;
    if (alike) merged[merged.length - 1] = { ...last, text: last.text + segment.text };
    else merged.push(segment);
  }
  return merged;
}

interface PrintedGraph {
  readonly path: string;
  readonly text: string;
  /** Start and end of each node's line. */
  readonly range: ReadonlyMap<Node, readonly [start: number, end: number]>;
}

/** The graph's text form with the place of each node; nodes are printed in order, one per line. */
function printedGraph(graph: Graph): PrintedGraph {
  const text = printGraph(graph);
  const range = new Map<Node, readonly [number, number]>();
  let from = 0;
  for (const node of graph.nodes) {
    const line = `  ${printNode(node)}\n`;
    const start = text.indexOf(line, from);
    if (start < 0) continue;
    from = start + line.length;
    range.set(node, [start, from]);
  }
  return { path: `${graph.name}.graph`, text, range };
}

function magicOf({ text, origin, filled }: Segment, printed: PrintedGraph): MagicString {
  if (filled) {
    const source = filled.source.clone();
    return filled.text.endsWith('\n') ? source : source.append('\n');
  }
  const range = origin.node && printed.range.get(origin.node);
  if (!range) return new MagicString(text);
  // The node's line of the printed graph, rewritten to C; everything around it removed.
  const source = new MagicString(printed.text, { filename: printed.path });
  const [start, end] = range;
  if (start > 0) source.remove(0, start);
  if (end < printed.text.length) source.remove(end, printed.text.length);
  return source.update(start, end, text);
}

function lineTable(segments: readonly Segment[]): CSourceMap['x_match'] {
  const nodes = new Index<Node>();
  const plugins = new Index<string>();
  const templates = new Index<string>();
  const lines: LineEntry[] = [];
  for (const { text, origin, filled } of segments) {
    const entry = [nodes.of(origin.node), plugins.of(origin.plugin), templates.of(origin.template)] as const;
    const count = text.split('\n').length - 1;
    for (let i = 0; i < count; i++) lines.push([...entry, filled?.lines[i] ?? origin.line ?? 0]);
  }
  return {
    nodes: nodes.items.map((node) => {
      const [loc] = node.loc;
      return { name: loc?.node ?? node.name, op: loc?.op ?? node.op.name };
    }),
    plugins: plugins.items,
    templates: templates.items,
    lines,
  };
}

/** Numbers things in the order in which they are met. */
class Index<T> {
  readonly items: T[] = [];
  readonly #numbers = new Map<T, number>();

  of(item: T | undefined): number {
    if (item === undefined) return -1;
    const known = this.#numbers.get(item);
    if (known !== undefined) return known;
    this.#numbers.set(item, this.items.length);
    return this.items.push(item) - 1;
  }
}

/**
 * `#line` before every stretch of template lines, and back to the file itself behind a template. Lines that
 * continue the template's own count need no directive of their own.
 */
function withLineDirectives(segments: readonly Segment[], file: string): Segment[] {
  const pieces: Segment[] = [];
  let lineNumber = 1;
  const push = (piece: Segment): void => {
    pieces.push(piece);
    lineNumber += piece.text.split('\n').length - 1;
  };
  for (const segment of segments) {
    const { filled, origin } = segment;
    if (!filled || origin.template === undefined) {
      push(segment);
      continue;
    }
    let expected = -1;
    segment.text
      .split('\n')
      .slice(0, -1)
      .forEach((text, i) => {
        const line = filled.lines[i] ?? 1;
        const place = { ...origin, line };
        if (line !== expected) push({ text: `#line ${line} "${origin.template ?? ''}"\n`, origin: place });
        push({ text: `${text}\n`, origin: place });
        expected = line + 1;
      });
    push({ text: `#line ${lineNumber + 1} "${file}"\n`, origin });
  }
  return pieces;
}
