import test from 'ava';
import { GraphEditor, isOp, ops, tensor, type Graph } from 'match-compiler';
import { dianaTarget } from 'match-compiler/plugins/diana';
import { drawFrom } from '../gap9/ne16/sample-layer.ts';
import { analogRegion } from './analog-call.ts';
import { addTernary, newEditor, ternaryLayer, type TernaryShape } from './ternary-layer.ts';

const layer: TernaryShape = {
  inputs: 4,
  height: 8,
  width: 8,
  outputs: 16,
  kernel: 3,
  stride: 1,
  pad: 1,
  signed: false,
  relu: true,
  shift: 3,
  bias: 20,
};

const reasonFor = (graph: Graph): string => {
  const region = analogRegion(graph);
  return typeof region === 'string' ? region : 'taken';
};
const reason = (change: Partial<TernaryShape>): string =>
  reasonFor(ternaryLayer({ ...layer, ...change }, drawFrom(1)).graph);

/** The layer with one constant or attribute replaced. */
function changed(change: (editor: GraphEditor, graph: Graph) => void): Graph {
  const { graph } = ternaryLayer(layer, drawFrom(1));
  const editor = new GraphEditor(graph);
  change(editor, graph);
  return editor.finish();
}

test('layers of the array’s own kind are taken', (t) => {
  t.is(reason({}), 'taken');
  t.is(reason({ signed: true, relu: false, stride: 2, kernel: 5, pad: 2 }), 'taken');
});

test('what does not fit the array', (t) => {
  t.is(reason({ inputs: 132 }), 'has 1188 weights in a filter, and the array 1152');
  t.is(reason({ outputs: 516 }), 'has 516 filters, and the array 512');
  t.regex(
    reason({ inputs: 128, bias: 100 }),
    /^needs 5 rows of the array for its biases beside 1152 for its weights, and there are 1152$/,
  );
});

test('as many weights as layers are given ternary ones for leave rows for biases', (t) => {
  const weights = dianaTarget().requantization?.ternary?.mostWeights ?? NaN;
  const pointwise = { inputs: weights, height: 4, width: 4, kernel: 1, pad: 0 };
  t.is(reason({ ...pointwise, bias: 3820 }), 'taken');
  t.regex(reason({ ...pointwise, bias: 6000 }), /^needs \d+ rows of the array for its biases/);
});

test('inputs of eight bits', (t) => {
  const editor = newEditor('wide');
  const x = editor.input('x', { dtype: 'uint8', shape: [1, 4, 8, 8] });
  editor.setOutputs([addTernary(editor, x, layer, drawFrom(1))]);
  t.is(reasonFor(editor.finish()), 'reads 0 … 255, and the array 0 … 127 or -64 … 63');
});

test('weights, clips and scales that the array does not have', (t) => {
  const weights = changed((editor, graph) => {
    const node = graph.nodes.find((each) => isOp(each, ops.conv2d));
    if (!node) return;
    const two = editor.constant('two', tensor('int8', [16, 4, 3, 3], new Int8Array(576).fill(2)));
    editor.rewire(
      node,
      [node.inputs[0], two].flatMap((value) => value ?? []),
    );
  });
  t.is(reasonFor(weights), 'has a weight of 2, and the array −1, 0 and 1');
  const scaled = changed((editor, graph) => {
    const node = graph.nodes.find((each) => isOp(each, ops.requantize));
    const [sums, , addend, shift] = node?.inputs ?? [];
    if (!node || !sums || !addend || !shift) return;
    editor.rewire(node, [sums, editor.constant('three', tensor('int32', [1], [3])), addend, shift]);
  });
  t.regex(reasonFor(scaled), /^multiplies sums by 3/);
  const wide = changed((editor, graph) => {
    const node = graph.nodes.at(-1);
    if (!isOp(node, ops.requantize)) return;
    editor.setOutputs([editor.add1(ops.requantize, node.inputs, { ...node.attributes, max: 255 })]);
    editor.remove(node);
  });
  t.is(reasonFor(wide), 'clips to 0 … 255, and the converter to -32 … 31 or 0 … 31');
});
