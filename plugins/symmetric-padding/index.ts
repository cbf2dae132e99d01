import {
  definePlugin,
  GraphEditor,
  isOp,
  ops,
  type Conv2dAttributes,
  type Graph,
  type Node,
  type Target,
} from 'match-compiler';
import { hasEngines, layerAlone, layerCycles, runsOnEngine } from './acceptance.ts';
import { axesOf, throughWindows, windowPairs, type Addition } from './rewrite.ts';

export { hasEngines } from './acceptance.ts';
export { symmetricWindows, type Axis, type Window } from './axis.ts';
export { layerAlone } from './acceptance.ts';
export { axesOf, throughWindows, windowPairs, type Addition, type Windows } from './rewrite.ts';

/**
 * Convolutions whose padding differs between the sides, for engines that pad both sides alike: the filter is set
 * into a larger one, or the padding becomes a node of its own, whichever the cost models prefer. Exact. Convolutions
 * that some engine beside the controller runs as they are, or runs in no form, stay as they are.
 */
export const symmetricPadding = definePlugin(() => ({
  name: 'symmetric-padding',
  transform: (graph, { target }) =>
    rewriteConvolutions(graph, target, (node) => {
      const [x, w] = node.inputs;
      if (!x || !w?.constant) return [];
      const [rows, columns] = axesOf(node, x.type.shape, w.type.shape);
      return windowPairs(rows, columns).map((windows) => throughWindows(node, windows));
    }),
}));

/** The rewrite has to win by this much: the costs compared know no transfers. */
const requiredGain = 0.85;

/**
 * The graph with the cheapest of the given forms in the place of each convolution that no engine beside the
 * controller runs as it is.
 */
export function rewriteConvolutions(
  graph: Graph,
  target: Target,
  formsOf: (node: Node<Conv2dAttributes>) => readonly Addition[],
): Graph {
  if (!hasEngines(target)) return graph;
  const chosen = graph.nodes.flatMap((node) => {
    const form = isOp(node, ops.conv2d) ? cheapestForm(graph, target, node, formsOf) : undefined;
    return form ? [{ node, form }] : [];
  });
  if (chosen.length === 0) return graph;
  const editor = new GraphEditor(graph);
  for (const { node, form } of chosen) {
    const [x] = node.inputs;
    const [output] = node.outputs;
    if (!x || !output) continue;
    editor.releaseName(output);
    const sums = form(editor, x, {
      name: node.name,
      loc: node.loc,
      place: node,
      outputs: [output.name],
      types: [output.type],
    });
    editor.replace(output, sums);
    editor.remove(node);
  }
  return editor.finish();
}

function cheapestForm(
  graph: Graph,
  target: Target,
  node: Node<Conv2dAttributes>,
  formsOf: (node: Node<Conv2dAttributes>) => readonly Addition[],
): Addition | undefined {
  const [, ...constants] = node.inputs;
  if (!constants.every(({ constant }) => constant)) return undefined;
  const direct = layerAlone(graph, node, (editor, x) =>
    editor.add1(ops.conv2d, [x, ...constants], node.attributes),
  );
  if (runsOnEngine(direct, target)) return undefined;
  let best: { readonly form: Addition; readonly cycles: number } | undefined;
  for (const form of formsOf(node)) {
    const rewritten = layerAlone(graph, node, (editor, x) => form(editor, x, { name: node.name }));
    if (!runsOnEngine(rewritten, target)) continue;
    const cycles = layerCycles(rewritten, target);
    if (!best || cycles < best.cycles) best = { form, cycles };
  }
  return best && best.cycles < requiredGain * layerCycles(direct, target) ? best.form : undefined;
}

export default symmetricPadding;
