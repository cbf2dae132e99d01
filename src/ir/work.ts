import type { Node } from './graph.ts';

/** Multiply-accumulates of one evaluation of a node. */
export function nodeMacs(node: Node): number {
  const inputs = node.inputs.map((input) => input.type);
  const outputs = node.outputs.map((output) => output.type);
  return node.op.macs?.(inputs, outputs, node.attributes) ?? 0;
}

/** The node that a group of nodes is known by: the one with most of the work, else its root. */
export function mainNode(nodes: readonly Node[], root: Node): Node {
  let main = root;
  let most = 0;
  for (const node of nodes) {
    const macs = nodeMacs(node);
    if (macs > most) [main, most] = [node, macs];
  }
  return main;
}
