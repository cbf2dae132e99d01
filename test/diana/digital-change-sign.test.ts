import test from 'ava';
import { ops, tensor, type DataType, type Graph, type Shape } from 'match-compiler';
import { digitalPatterns } from 'match-compiler/plugins/diana';
import { offerOf, patternNamed } from '../gap9/ne16/call-engine.ts';
import { kernelsOf, runOnDiana } from './run-graph.ts';
import { addShiftLayer, drawFrom, emptyGraph, pointwise, randomTensor } from './shift-layer.ts';

const patterns = digitalPatterns();

function changeSign(dtype: DataType, shape: Shape): Graph {
  const editor = emptyGraph();
  editor.setOutputs([editor.add1(ops.changeSign, [editor.input('x', { dtype, shape })], {})]);
  return editor.finish();
}

function cyclesOf(shape: Shape): number {
  const pattern = patternNamed('change_sign', patterns);
  const region = offerOf(changeSign('int8', shape), 'change_sign', patterns);
  if (typeof region === 'string') throw new TypeError(region);
  const [layouts] = pattern.layouts(region);
  if (!layouts) throw new TypeError('no layouts');
  return pattern.cycles({ region, layouts, tile: { ranges: {} } });
}

test('a change of sign takes a row of a depthwise 1×1 layer for 256 elements', (t) => {
  const row = 4 * (1 + 2) + 23;
  t.is(cyclesOf([1, 3, 96, 96]), (3 * 96 * 96 * row) / 256);
  t.is(cyclesOf([1, 640]), 3 * row);
  // 9 channels of 12 columns.
  t.is(cyclesOf([1, 3, 6, 6]), row);
});

test('what has no place in the layout of the array', (t) => {
  const reason = (dtype: DataType, shape: Shape): unknown =>
    offerOf(changeSign(dtype, shape), 'change_sign', patterns);
  t.is(reason('int8', [2, 4, 4, 4]), 'has a batch of 2');
  t.is(reason('uint8', [1, 3, 3, 3]), 'has 27 elements in %x, no multiple of 4');
  t.is(reason('int8', [4]), 'has an operand of rank 1, and the accelerators images or vectors');
  const editor = emptyGraph();
  const x = editor.constant('x', tensor('int8', [1, 4], [1, 2, 3, 4]));
  editor.setOutputs([editor.add1(ops.changeSign, [x], {})]);
  t.is(offerOf(editor.finish(), 'change_sign', patterns), 'reads a constant');
});

for (const overlap of [true, false]) {
  test(`an image whose rows and channels change places changes its sign on the array, transfers beside it: ${overlap}`, async (t) => {
    const draw = drawFrom(21);
    const editor = emptyGraph();
    const x = editor.input('x', { dtype: 'int8', shape: [1, 32, 32, 3] });
    const image = editor.add1(ops.transpose, [x], { perm: [0, 3, 1, 2] });
    const unsigned = editor.add1(ops.changeSign, [image], {});
    const layer = {
      ...pointwise,
      inputs: 3,
      height: 32,
      width: 32,
      kernel: [3, 3],
      pads: [1, 1],
      output: 'uint8',
    } as const;
    const sums = addShiftLayer(editor, unsigned, layer, draw);
    editor.setOutputs([editor.add1(ops.changeSign, [sums], {})]);
    const graph = editor.finish();
    const samples = [0, 1].map(() => [randomTensor('int8', [1, 32, 32, 3], draw)]);
    const { compilation, simulation, expected } = await runOnDiana(graph, samples, { overlap }, overlap);
    t.deepEqual(kernelsOf(compilation), [
      'host.diana_to_planar',
      'digital.change_sign',
      'digital.conv2d',
      'digital.change_sign',
      'host.diana_from_planar',
    ]);
    t.deepEqual(simulation.outputs, expected);
    t.true(simulation.agrees);
  });
}
