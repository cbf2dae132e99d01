import { nearest } from '../diagnostics/suggest.ts';
import type { Graph, Node } from '../ir/graph.ts';
import { nodeAmbiguous, nodeUnknown } from './diagnostics.ts';

export interface FoundNodes {
  /** The model's own name, or that of a node of the graph. */
  readonly name: string;
  /** What became of it. */
  readonly nodes: readonly Node[];
}

/**
 * The nodes that a text means: by whole names first, then by parts of names, then by operators, as the first of
 * these finds any. An ellipsis stands for anything, as in the names that tables shorten.
 * @param imported the graph before its rewrites, to tell nodes that are gone from those that never were
 * @throws {MatchError} NODE_UNKNOWN, NODE_AMBIGUOUS
 */
export function findNodes(graph: Graph, imported: Graph, text: string, file: string): FoundNodes {
  const names = modelNames(graph);
  // Every name has the empty one as its part.
  if (text.trim() === '') throw nodeUnknown(text, false, undefined, [...names.keys()], file);
  const only = (found: readonly string[]): string | undefined => {
    if (found.length > 1) throw nodeAmbiguous(text, found, file);
    return found[0];
  };
  for (const matches of nameTests(text)) {
    const name = only([...names.keys()].filter(matches));
    if (name !== undefined) return { name, nodes: names.get(name) ?? [] };
  }
  for (const matches of nodeTests(text)) {
    const found = graph.nodes.filter((node) => matches(node.name));
    const name = only([...new Set(found.map((node) => node.name))]);
    if (name !== undefined) return { name, nodes: found };
  }
  const byOperator = findByOperator(graph, names, text.toLowerCase());
  const name = only([...new Set(byOperator.map((found) => found.name))]);
  if (name !== undefined) return { name, nodes: byOperator.flatMap(({ nodes }) => nodes) };
  const gone = imported.nodes.some((node) => node.name === text || node.loc.some((loc) => loc.node === text));
  throw nodeUnknown(text, gone, suggestion(text, [...names.keys()]), [...names.keys()], file);
}

/** By the model's own names what became of each; nodes that no name stands for have their own. */
function modelNames(graph: Graph): ReadonlyMap<string, readonly Node[]> {
  const names = new Map<string, Node[]>();
  const put = (name: string, node: Node): void => {
    const known = names.get(name) ?? [];
    if (!known.includes(node)) names.set(name, [...known, node]);
  };
  for (const node of graph.nodes) {
    if (node.loc.length === 0) put(node.name, node);
    for (const { node: name } of node.loc) put(name, node);
  }
  return names;
}

type NameTest = (name: string) => boolean;

/** Ways to mean a node of the model, the strictest first. */
function nameTests(text: string): readonly NameTest[] {
  const wanted = text.toLowerCase();
  return [
    (name) => name === text,
    ...ellipsisTests(text),
    (name) => partsOf(name).includes(wanted),
    (name) => partsOf(name)[0]?.split('/').includes(wanted) ?? false,
    (name) => partsOf(name).some((part) => part.split('/').includes(wanted)),
    (name) => name.toLowerCase().includes(wanted),
  ];
}

/** Nodes of the graph are only known to those who have read their names: no parts of them. */
function nodeTests(text: string): readonly NameTest[] {
  return [(name) => name === text, ...ellipsisTests(text)];
}

/** `a…b`: names that begin with `a` and end with `b`, then those that have `a` and, behind it, `b` anywhere. */
function ellipsisTests(text: string): readonly NameTest[] {
  if (!text.includes('…')) return [];
  const pieces = text.split('…').map((piece) => piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const body = pieces.join('.*');
  return [new RegExp(`^${body}$`, 'is'), new RegExp(body, 'is')].map((form) => (name) => form.test(name));
}

/**
 * Nodes whose operator has this name: the model's own name of it, which means all that became of the node, or
 * that of the rewritten graph, which means that node alone. Several where neither occurs once.
 */
function findByOperator(
  graph: Graph,
  names: ReadonlyMap<string, readonly Node[]>,
  wanted: string,
): readonly FoundNodes[] {
  const ofModel = [...names].flatMap(([name, nodes]) =>
    nodes.some(({ loc }) => loc.some((from) => from.node === name && from.op.toLowerCase() === wanted))
      ? [{ name, nodes }]
      : [],
  );
  const ofGraph = graph.nodes
    .filter(({ op }) => op.name.toLowerCase() === wanted)
    .map((node) => ({ name: node.loc[0]?.node ?? node.name, nodes: [node] }));
  if (ofModel.length === 1 || ofGraph.length === 0) return ofModel;
  return ofGraph.length === 1 || ofModel.length === 0 ? ofGraph : ofModel;
}

function partsOf(name: string): string[] {
  return name.toLowerCase().split(';');
}

function suggestion(text: string, names: readonly string[]): string | undefined {
  const words = names.flatMap((name) => [name, ...partsOf(name).flatMap((part) => part.split('/'))]);
  return nearest(text, words) ?? words.find((word) => isAbbreviation(text.toLowerCase(), word.toLowerCase()));
}

/** All letters of `short` come in `long`, in this order: `conv3` of `conv2d_3`. */
function isAbbreviation(short: string, long: string): boolean {
  let at = 0;
  for (const letter of long) if (letter === short[at]) at++;
  return at === short.length && long.length <= 2 * short.length;
}
