import test from 'ava';
import { evaluateGraph, GraphEditor, isOp, ops, tensor, type Graph } from 'match-compiler';
import { foldWindows } from '../../plugins/baseline-match/fold-windows.ts';
import { addUnfolded } from '../../plugins/unfold-convolution/unfold.ts';
import { smallNet } from './small-net.ts';

/** The first convolution as im2col and a product per pixel. */
function unfolded(graph: Graph): Graph {
  const editor = new GraphEditor(graph);
  const node = graph.nodes.find((each) => isOp(each, ops.conv2d));
  const [output] = node?.outputs ?? [];
  if (!isOp(node, ops.conv2d) || !output) throw new TypeError('no convolution');
  editor.replace(output, addUnfolded(editor, node, node.inputs[0]));
  editor.remove(node);
  return editor.finish();
}

const operators = ({ nodes }: Graph): string[] => nodes.map(({ op }) => op.name);

test('what was written as im2col is a convolution again, with the same weights and results', (t) => {
  const graph = smallNet({ size: 5, channels: 16, classes: 4 });
  const cut = unfolded(graph);
  t.true(operators(cut).includes('im2col'));
  const folded = foldWindows(cut);
  t.deepEqual(operators(folded), operators(graph));
  const input = tensor(
    'int8',
    [1, 16, 5, 5],
    Array.from({ length: 400 }, (_, i) => ((i * 61) % 255) - 127),
  );
  const results = [graph, cut, folded].map((each) => evaluateGraph(each, [input]).outputs[0]);
  t.deepEqual(results[1], results[0]);
  t.deepEqual(results[2], results[0]);
  const weights = (each: Graph) =>
    each.nodes.find((node) => isOp(node, ops.conv2d))?.inputs[1]?.constant?.data;
  t.deepEqual(weights(folded), weights(graph));
});

test('nothing to fold: the same graph', (t) => {
  const graph = smallNet({ size: 4, channels: 16, classes: 4 });
  t.is(foldWindows(graph), graph);
});
