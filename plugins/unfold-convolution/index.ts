import { definePlugin, GraphEditor, isOp, ops, type Conv2dAttributes, type Node } from 'match-compiler';
import { unfoldingPays } from './cost.ts';
import { addUnfolded } from './unfold.ts';

/**
 * Writes a convolution as im2col and a product per pixel where the target's cost models say that this is
 * faster: large windows over few channels keep a matrix engine idle, and im2col is cheap work for the cores
 * beside it. Exact: the padding holds the zero point, and sums keep their terms.
 */
export const unfoldConvolution = definePlugin(() => ({
  name: 'unfold-convolution',
  transform: (graph, { target }) => {
    const chosen = graph.nodes.filter(
      (node): node is Node<Conv2dAttributes> => isOp(node, ops.conv2d) && unfoldingPays(node, graph, target),
    );
    if (chosen.length === 0) return graph;
    const editor = new GraphEditor(graph);
    for (const node of chosen) {
      const [output] = node.outputs;
      if (!output) continue;
      editor.replace(output, addUnfolded(editor, node, node.inputs[0]));
      editor.remove(node);
    }
    return editor.finish();
  },
}));

export default unfoldConvolution;
