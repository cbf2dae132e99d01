import { definePlugin, GraphEditor, type Graph, type Value } from 'match-compiler';

/**
 * Drops nodes whose results nobody reads. Graph inputs stay, read or not: they are the network's
 * interface.
 */
export const eliminateDeadCode = definePlugin(() => ({ name: 'eliminate-dead-code', transform: dropUnread }));

export default eliminateDeadCode;

function dropUnread(graph: Graph): Graph {
  const needed = new Set<Value>(graph.outputs);
  const dead = new Set(graph.nodes);
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    dead.delete(node);
    for (const input of node.inputs) needed.add(input);
  }
  if (dead.size === 0) return graph;
  const editor = new GraphEditor(graph);
  for (const node of dead) editor.remove(node);
  return editor.finish();
}
