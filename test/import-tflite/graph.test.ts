import test from 'ava';
import { options, tfliteModel, type ModelSpec } from '../support/tflite-model.ts';
import { answer, evaluate, importModel, operatorsOf } from './import-model.ts';

const convolution: ModelSpec = {
  tensors: {
    image: { type: 'int8', shape: [1, 3, 2, 2], signature: [-1, 3, 2, 2], scale: 0.5, zeroPoint: -1 },
    weights: {
      type: 'int8',
      shape: [3, 2, 1, 2],
      data: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      scale: [0.25, 0.5, 1],
      zeroPoint: [0, 0, 0],
    },
    bias: { type: 'int32', shape: [3], data: [10, 20, 30], scale: [0.125, 0.25, 0.5], zeroPoint: [0, 0, 0] },
    features: { type: 'int8', shape: [1, 2, 2, 3], scale: 2, zeroPoint: 4 },
  },
  operators: [
    {
      op: 'CONV_2D',
      version: 3,
      inputs: ['image', 'weights', 'bias'],
      outputs: ['features'],
      options: options.conv2d({ activation: 'RELU' }),
    },
  ],
  inputs: ['image'],
  outputs: ['features'],
};

test('a convolution stands between transposes, and the named values keep the order of the file', (t) => {
  const graph = importModel(tfliteModel(convolution));
  t.deepEqual(operatorsOf(graph), ['transpose', 'conv2d', 'requantize', 'transpose']);
  const [input] = graph.inputs;
  const [output] = graph.outputs;
  t.deepEqual([input?.name, input?.type.shape], ['image', [1, 3, 2, 2]]);
  t.deepEqual(input?.type.quantization, { scale: [0.5], zeroPoint: [-1] });
  t.deepEqual([output?.name, output?.type.shape], ['features', [1, 2, 2, 3]]);
  t.deepEqual(output?.type.quantization, { scale: [2], zeroPoint: [4] });
  const [, conv, requantize] = graph.nodes;
  t.deepEqual(conv?.inputs[1]?.type.shape, [3, 2, 2, 1]);
  t.deepEqual(
    Array.from(conv?.inputs[1]?.constant?.data ?? [], Number),
    [1, 3, 2, 4, 5, 7, 6, 8, 9, 11, 10, 12],
  );
  t.like(conv?.attributes, { inputZeroPoint: -1, pads: [0, 0, 0, 0], groups: 1, accumulator: 'int32' });
  t.like(requantize?.attributes, { axis: 1, min: 4, max: 127, zeroPoint: 4 });
  for (const node of graph.nodes) {
    t.deepEqual(node.loc, [{ file: 'model.tflite', node: 'features', op: 'CONV_2D', index: 0 }]);
  }
});

test('it computes the convolution of real numbers, rounded', (t) => {
  const pixels = [3, -5, 10, 40, -128, 127, 0, 1, 2, 3, 90, -90];
  const actual = evaluate(importModel(tfliteModel(convolution)), [pixels]);
  const expected = [0, 1].flatMap((row) =>
    [0, 1].flatMap((column) =>
      [0, 1, 2].map((filter) => {
        let sum = [10, 20, 30][filter] ?? 0;
        for (const tap of [0, 1]) {
          for (const channel of [0, 1]) {
            const x = (pixels[((row + tap) * 2 + column) * 2 + channel] ?? 0) + 1;
            sum += x * (filter * 4 + tap * 2 + channel + 1);
          }
        }
        const scaled = (sum * 0.5 * ([0.25, 0.5, 1][filter] ?? 0)) / 2;
        return Math.min(127, Math.max(4, 4 + Math.floor(scaled + 0.5)));
      }),
    ),
  );
  t.deepEqual(actual, expected);
});

test('the model is described: dialect, rounding, open batch size', (t) => {
  const { info } = importModel(tfliteModel(convolution));
  t.like(info, { file: 'model.tflite', format: 'tflite', dialect: 'int8' });
  t.true(info.recognised.some((line) => line.includes('tflite-builtin')));
  t.true(info.recognised.some((line) => line.includes("'image' has an open batch size")));
});

test('content decides before the name does', (t) => {
  const bytes = tfliteModel(convolution);
  t.truthy(answer(bytes, {}, 'weights.bin'));
  t.is(answer(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8, 9]), {}, 'model.onnx'), null);
});

test('open dimensions other than the batch size are given by the user', (t) => {
  const model: ModelSpec = {
    tensors: {
      x: { shape: [1, 1, 4], signature: [-1, -1, 4] },
      y: { shape: [1, 1, 4], signature: [-1, -1, 4] },
    },
    operators: [{ op: 'RELU', inputs: ['x'], outputs: ['y'] }],
    inputs: ['x'],
    outputs: ['y'],
  };
  const graph = importModel(tfliteModel(model), { inputShapes: { x: [2, 3, 4] } });
  t.deepEqual(graph.outputs[0]?.type.shape, [2, 3, 4]);
});

const chain: ModelSpec = {
  tensors: { x: { shape: [2] }, a: { shape: [2] }, b: { shape: [2] }, c: { shape: [1], data: [2] } },
  operators: [
    { op: 'EXP', inputs: ['x'], outputs: ['a'] },
    { op: 'MUL', inputs: ['a', 'c'], outputs: ['b'], options: options.mul() },
  ],
  inputs: ['x'],
  outputs: ['b'],
};

test('other outputs can be asked for, and what they do not need is left out', (t) => {
  const graph = importModel(tfliteModel(chain), { outputs: ['a'] });
  t.deepEqual(operatorsOf(graph), ['exp']);
  t.is(graph.outputs[0]?.name, 'a');
});

test('outputs are distinct values that nodes make', (t) => {
  const graph = importModel(tfliteModel({ ...chain, outputs: ['b', 'b', 'x', 'c'] }));
  t.is(new Set(graph.outputs).size, 4);
  t.true(graph.outputs.every((value) => graph.producer(value) !== undefined));
  t.deepEqual(
    graph.outputs.map((value) => value.type.shape),
    [[2], [2], [2], [1]],
  );
});

test('unsupported operators that no output needs do not matter', (t) => {
  const model: ModelSpec = {
    ...chain,
    tensors: { ...chain.tensors, d: { shape: [2] } },
    operators: [...chain.operators, { op: 'CUSTOM', custom: 'Mystery', inputs: ['a'], outputs: ['d'] }],
  };
  t.deepEqual(operatorsOf(importModel(tfliteModel(model))), ['exp', 'mul']);
});

test('tensors without a name and tensors that share one are told apart', (t) => {
  const model: ModelSpec = {
    ...chain,
    tensors: {
      x: { shape: [2], name: '' },
      a: { shape: [2], name: 'same' },
      b: { shape: [2], name: 'same' },
      c: { shape: [1], data: [2] },
    },
  };
  const graph = importModel(tfliteModel(model));
  t.deepEqual(
    [graph.inputs[0]?.name, graph.nodes[0]?.outputs[0]?.name, graph.outputs[0]?.name],
    ['tensor_0', 'same', 'same#2'],
  );
});

test('weights shared by two convolutions are one constant', (t) => {
  const model: ModelSpec = {
    tensors: {
      x: { shape: [1, 2, 2, 1] },
      w: { shape: [1, 1, 1, 1], data: [3] },
      a: { shape: [1, 2, 2, 1] },
      y: { shape: [1, 2, 2, 1] },
    },
    operators: [
      { op: 'CONV_2D', inputs: ['x', 'w'], outputs: ['a'], options: options.conv2d() },
      { op: 'CONV_2D', inputs: ['a', 'w'], outputs: ['y'], options: options.conv2d() },
    ],
    inputs: ['x'],
    outputs: ['y'],
  };
  const graph = importModel(tfliteModel(model));
  t.is(graph.values().filter((value) => value.constant).length, 1);
  t.deepEqual(evaluate(graph, [[1, 2, 3, 4]]), [9, 18, 27, 36]);
});

test('float16 constants become float32', (t) => {
  // 1.5, −2, the smallest subnormal, infinity.
  const bytes = new Uint8Array([0x00, 0x3e, 0x00, 0xc0, 0x01, 0x00, 0x00, 0x7c]);
  const model: ModelSpec = {
    tensors: {
      x: { shape: [4] },
      h: { type: 'float16', shape: [4], data: { bytes } },
      f: { shape: [4] },
      y: { shape: [4] },
    },
    operators: [
      { op: 'DEQUANTIZE', inputs: ['h'], outputs: ['f'] },
      { op: 'ADD', inputs: ['x', 'f'], outputs: ['y'], options: options.add() },
    ],
    inputs: ['x'],
    outputs: ['y'],
  };
  t.deepEqual(evaluate(importModel(tfliteModel(model)), [[0, 0, 0, 0]]), [1.5, -2, 2 ** -24, Infinity]);
});

test('a shape computed in the graph needs no operator for it', (t) => {
  const model: ModelSpec = {
    tensors: {
      x: { shape: [2, 3] },
      shape: { type: 'int32', shape: [2] },
      first: { type: 'int32', shape: [] },
      begin: { type: 'int32', shape: [1], data: [0] },
      end: { type: 'int32', shape: [1], data: [1] },
      stride: { type: 'int32', shape: [1], data: [1] },
      one: { type: 'int32', shape: [], data: [1] },
      wanted: { type: 'int32', shape: [3] },
      rest: { type: 'int32', shape: [], data: [3] },
      y: { shape: [2, 1, 3] },
    },
    operators: [
      { op: 'SHAPE', inputs: ['x'], outputs: ['shape'] },
      {
        op: 'STRIDED_SLICE',
        inputs: ['shape', 'begin', 'end', 'stride'],
        outputs: ['first'],
        options: options.stridedSlice({ shrink: 1 }),
      },
      { op: 'PACK', inputs: ['first', 'one', 'rest'], outputs: ['wanted'], options: options.pack(3, 0) },
      { op: 'RESHAPE', inputs: ['x', 'wanted'], outputs: ['y'] },
    ],
    inputs: ['x'],
    outputs: ['y'],
  };
  t.deepEqual(evaluate(importModel(tfliteModel(model)), [[1, 2, 3, 4, 5, 6]]), [1, 2, 3, 4, 5, 6]);
});
