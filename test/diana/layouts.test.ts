import test from 'ava';
import fc from 'fast-check';
import {
  channelsLast,
  formatLayout,
  ops,
  parseLayout,
  rowMajor,
  strided,
  type DataType,
  type Graph,
  type Shape,
} from 'match-compiler';
import { planarBytes, planarLayout, swizzle, unswizzle } from 'match-compiler/plugins/diana';
import { kernelsOf, lowerOnDiana, runOnDiana } from './run-graph.ts';
import {
  addShiftLayer,
  drawFrom,
  emptyGraph,
  pointwise,
  randomTensor,
  type ShiftLayer,
} from './shift-layer.ts';

test('groups of four bytes are reversed, and back again', (t) => {
  t.deepEqual(swizzle(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)), Uint8Array.of(4, 3, 2, 1, 8, 7, 6, 5));
  t.deepEqual(swizzle(Uint8Array.of(1, 2, 3, 4, 5), 8), Uint8Array.of(4, 3, 2, 1, 0, 0, 0, 5));
  t.throws(() => swizzle(Uint8Array.of(1, 2, 3)), { instanceOf: RangeError });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const length = 16 * Math.ceil(bytes.length / 16);
      t.deepEqual(unswizzle(swizzle(bytes, length), bytes.length), bytes);
    }),
    { seed: 1 },
  );
});

test('a tensor takes its elements, a vector a multiple of 16', (t) => {
  t.is(planarBytes([1, 3, 6, 6]), 108);
  t.is(planarBytes([1, 10]), 16);
  t.is(planarBytes([1, 640]), 640);
  t.deepEqual(planarLayout({ dtype: 'int8', shape: [1, 10] }), {
    kind: 'packed',
    name: 'diana-planar',
    bytes: 16,
  });
});

test('the text of a strided layout says which it is', (t) => {
  for (const layout of [rowMajor(2), rowMajor(4), channelsLast(3), channelsLast(5), strided([1, 0, 3, 2])]) {
    const rank = layout.kind === 'strided' ? layout.order.length : 0;
    t.deepEqual(parseLayout(formatLayout(layout), rank), layout);
  }
  t.is(parseLayout('diana-planar', 4), undefined);
  t.is(parseLayout('NCHW', 3), undefined);
  t.is(parseLayout('NCHH', 4), undefined);
});

/** One pointwise layer, its input in the order that the model has it in. */
function pointwiseGraph(shape: Shape, outputs: number, rows: 'NCHW' | 'NHWC'): Graph {
  const draw = drawFrom(3);
  const editor = emptyGraph();
  const [, inputs = 1, height = 1, width = 1] = shape;
  const own = rows === 'NCHW' ? shape : [1, height, width, inputs];
  const x = editor.input('x', { dtype: 'uint8', shape: own });
  const image = rows === 'NCHW' ? x : editor.add1(ops.transpose, [x], { perm: [0, 3, 1, 2] });
  const result = addShiftLayer(editor, image, { ...pointwise, inputs, outputs, height, width }, draw);
  editor.setOutputs([
    rows === 'NCHW' ? result : editor.add1(ops.transpose, [result], { perm: [0, 2, 3, 1] }),
  ]);
  return editor.finish();
}

const images: readonly (readonly ['NCHW' | 'NHWC', Shape])[] = [
  ['NCHW', [1, 16, 8, 8]],
  ['NCHW', [1, 4, 5, 3]],
  ['NHWC', [1, 16, 8, 8]],
  ['NHWC', [1, 4, 5, 3]],
  ['NHWC', [1, 3, 4, 5]],
];

for (const [rows, shape] of images) {
  test(`the host brings ${rows} images of ${shape.join('×')} into the array's order and back`, async (t) => {
    const graph = pointwiseGraph(shape, 20, rows);
    const sample = [randomTensor('uint8', graph.inputs[0]?.type.shape ?? [], drawFrom(4))];
    const { compilation, simulation, expected } = await runOnDiana(graph, [sample]);
    const kernels = kernelsOf(compilation);
    t.is(kernels.length, 3);
    t.is(kernels[0], 'host.diana_to_planar');
    t.regex(kernels[1] ?? '', /^digital\./);
    t.is(kernels[2], 'host.diana_from_planar');
    t.deepEqual(simulation.outputs, expected);
    t.true(simulation.agrees);
  });
}

for (const inputs of [1, 10]) {
  test(`a vector of ${inputs} is filled up for the array and cut off behind it`, async (t) => {
    const draw = drawFrom(8);
    const editor = emptyGraph();
    const x = editor.input('x', { dtype: 'int8', shape: [1, inputs] });
    const dense = { ...pointwise, kind: 'dense', input: 'int8' } as const;
    const hidden = addShiftLayer(editor, x, { ...dense, inputs, outputs: 200 }, draw);
    editor.setOutputs([addShiftLayer(editor, hidden, { ...dense, inputs: 200, outputs: inputs }, draw)]);
    const sample = [randomTensor('int8', [1, inputs], draw)];
    const { compilation, simulation, expected } = await runOnDiana(editor.finish(), [sample]);
    t.deepEqual(kernelsOf(compilation).slice(0, 2), ['host.diana_to_planar', 'digital.dense']);
    t.deepEqual(simulation.outputs, expected);
  });
}

/** Layers that the array takes, large enough to be worth a conversion. */
const layer: ShiftLayer = {
  ...pointwise,
  height: 16,
  width: 16,
  kernel: [3, 3],
  pads: [1, 1],
  output: 'uint8',
};

test('a residual block is converted on its way in and on its way out alone', async (t) => {
  const draw = drawFrom(5);
  const editor = emptyGraph();
  const x = editor.input('x', { dtype: 'uint8', shape: [1, 16, 16, 16] });
  const first = addShiftLayer(editor, x, layer, draw);
  const second = addShiftLayer(editor, first, { ...layer, output: 'int8' }, draw);
  const sum = editor.add1(ops.quantizedAdd, [first, second], addAttributes('uint8'));
  editor.setOutputs([addShiftLayer(editor, sum, layer, draw)]);
  const compilation = await lowerOnDiana(editor.finish());
  t.deepEqual(kernelsOf(compilation), [
    'host.diana_to_planar',
    'digital.conv2d',
    'digital.conv2d',
    'digital.add',
    'digital.conv2d',
    'host.diana_from_planar',
  ]);
});

test('element-wise work of the host between layers of the array needs no conversion', async (t) => {
  const draw = drawFrom(6);
  const editor = emptyGraph();
  const x = editor.input('x', { dtype: 'uint8', shape: [1, 16, 16, 16] });
  const first = addShiftLayer(editor, x, { ...layer, output: 'int8' }, draw);
  const second = addShiftLayer(editor, x, { ...layer, output: 'int8' }, draw);
  // The array adds no operands of two scales.
  const sum = editor.add1(ops.quantizedAdd, [first, second], { ...addAttributes('int8'), bScale: 2 });
  const unsigned = editor.add1(ops.changeSign, [sum], {});
  editor.setOutputs([addShiftLayer(editor, unsigned, layer, draw)]);
  const graph = editor.finish();
  const sample = [randomTensor('uint8', [1, 16, 16, 16], draw)];
  const { compilation, simulation, expected } = await runOnDiana(graph, [sample]);
  t.deepEqual(kernelsOf(compilation), [
    'host.diana_to_planar',
    'digital.conv2d',
    'digital.conv2d',
    'host.quantized_binary',
    'digital.change_sign',
    'digital.conv2d',
    'host.diana_from_planar',
  ]);
  t.deepEqual(simulation.outputs, expected);
});

test('what reads a tensor on the host and on the array has it in both orders, converted once', async (t) => {
  const draw = drawFrom(7);
  const editor = emptyGraph();
  const x = editor.input('x', { dtype: 'uint8', shape: [1, 16, 16, 16] });
  const first = addShiftLayer(editor, x, layer, draw);
  // No kernel of the host reads these in the array's order.
  const padded = [1, 2].map((rows) =>
    editor.add1(ops.pad, [first], { pads: [0, 0, rows, 0, 0, 0, 0, 0], value: 0, mode: 'constant' }),
  );
  editor.setOutputs([addShiftLayer(editor, first, layer, draw), ...padded]);
  const kernels = kernelsOf(await lowerOnDiana(editor.finish()));
  // The input, the tensor that both read, and the network's output of the array.
  t.is(kernels.filter((name) => name === 'host.diana_to_planar').length, 1);
  t.is(kernels.filter((name) => name === 'host.diana_from_planar').length, 2);
  t.is(kernels.filter((name) => name === 'digital.conv2d').length, 2);
});

function addAttributes(dtype: DataType) {
  const [min, max] = dtype === 'uint8' ? [0, 255] : [-128, 127];
  return {
    rule: 'single',
    aScale: 1,
    bScale: 1,
    outputScale: 2,
    aZeroPoint: 0,
    bZeroPoint: 0,
    zeroPoint: 0,
    min,
    max,
    dtype,
  } as const;
}
