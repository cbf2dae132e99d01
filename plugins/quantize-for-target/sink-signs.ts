import { GraphEditor, isOp, ops, type Graph } from 'match-compiler';

/**
 * Changes of sign go behind the transpose that alone reads them: exact, and as much work there. What an engine reads is
 * brought into its order once then, and it may change the sign itself.
 */
export function sinkSigns(graph: Graph): Graph {
  const editor = new GraphEditor(graph);
  let changed = false;
  for (const node of graph.nodes) {
    const [value] = node.inputs;
    const [output] = node.outputs;
    if (!isOp(node, ops.transpose) || !value || !output) continue;
    const sign = graph.producer(value);
    const [x] = sign?.inputs ?? [];
    if (!isOp(sign, ops.changeSign) || !x || !graph.hasSingleUse(value) || graph.isOutput(output)) continue;
    editor.releaseName(output);
    const moved = editor.add1(ops.transpose, [x], node.attributes, {
      name: node.name,
      loc: node.loc,
      place: node,
      outputs: [`${x.name}.transposed`],
    });
    const unsigned = editor.add1(
      ops.changeSign,
      [moved],
      {},
      {
        name: sign.name,
        loc: sign.loc,
        place: node,
        outputs: [output.name],
        types: [output.type],
      },
    );
    editor.replace(output, unsigned);
    editor.remove(node);
    editor.remove(sign);
    changed = true;
  }
  return changed ? editor.finish() : graph;
}
