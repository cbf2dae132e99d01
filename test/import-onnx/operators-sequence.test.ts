import test from 'ava';
import { tensor, type Tensor } from 'match-compiler';
import { node, strings, float, floats, valueInfo, type Attribute } from '../support/onnx-model.ts';
import { f, i64, iota, testRows } from './operator-table.ts';
import { numbers, operators, refusal, run } from './run-model.ts';

testRows([
  // Transposed convolution
  {
    name: 'ConvTranspose',
    op: 'ConvTranspose',
    inputs: [iota(1, 1, 1, 2), f([1, 1, 1, 2], [1, 10]), f([1], [100])],
    attributes: { strides: [1, 2], output_padding: [0, 1] },
    shapes: [[1, 1, 1, 5]],
    values: [[100, 100, 101, 110, 100]],
    nodes: ['conv_transpose'],
  },
  {
    name: 'ConvTranspose over one axis, SAME_LOWER',
    op: 'ConvTranspose',
    inputs: [iota(1, 1, 3), f([1, 1, 2], [1, 10])],
    attributes: { auto_pad: 'SAME_LOWER' },
    shapes: [[1, 1, 3]],
    values: [[1, 12, 20]],
    nodes: ['reshape', 'conv_transpose', 'reshape'],
  },
  {
    name: 'ConvTranspose with an output shape, batch and channels in front',
    op: 'ConvTranspose',
    inputs: [iota(1, 1, 1, 2), f([1, 1, 1, 2], [1, 10])],
    attributes: { output_shape: [1, 1, 1, 4] },
    shapes: [[1, 1, 1, 4]],
    values: [[0, 1, 10, 0]],
  },
  {
    name: 'Conv over three axes, in groups',
    op: 'Conv',
    inputs: [iota(1, 2, 3, 1, 2), f([2, 1, 2, 1, 2], [1, 0, 0, 1, 1, 1, 1, 1]), f([2], [0, 1000])],
    attributes: { group: 2, pads: [1, 0, 0, 0, 0, 0] },
    shapes: [[1, 2, 3, 1, 1]],
    values: [[1, 3, 7, 1013, 1030, 1038]],
  },
  // Pools
  {
    name: 'AveragePool over three axes',
    op: 'AveragePool',
    inputs: [iota(1, 1, 2, 2, 4)],
    attributes: { kernel_shape: [2, 2, 2], strides: [1, 1, 2] },
    shapes: [[1, 1, 1, 1, 2]],
    values: [[6.5, 8.5]],
    nodes: ['reshape', 'average_pool2d', 'reshape', 'average_pool2d', 'reshape'],
  },
  {
    name: 'AveragePool with dilations',
    op: 'AveragePool',
    opset: 19,
    inputs: [iota(1, 1, 1, 5)],
    attributes: { kernel_shape: [1, 2], dilations: [1, 3] },
    shapes: [[1, 1, 1, 2]],
    values: [[1.5, 2.5]],
  },
  {
    name: 'MaxPool with indices over one axis',
    op: 'MaxPool',
    inputs: [f([1, 2, 3], [5, 1, 5, 2, 9, 3])],
    attributes: { kernel_shape: [2] },
    outputs: 2,
    shapes: [
      [1, 2, 2],
      [1, 2, 2],
    ],
    values: [
      [5, 5, 9, 9],
      [0, 2, 4, 4],
    ],
  },
  {
    name: 'LpPool over three axes',
    op: 'LpPool',
    opset: 18,
    inputs: [f([1, 1, 2, 1, 2], [1, -2, 2, 4])],
    attributes: { kernel_shape: [2, 1, 2] },
    shapes: [[1, 1, 1, 1, 1]],
    values: [[5]],
    tolerance: 1e-5,
  },
  {
    name: 'GlobalLpPool',
    op: 'GlobalLpPool',
    inputs: [f([1, 2, 2, 2, 1], [1, -2, 2, 4, 0, 0, 3, 4])],
    attributes: { p: 1 },
    shapes: [[1, 2, 1, 1, 1]],
    values: [[9, 7]],
  },
  {
    name: 'LRN',
    op: 'LRN',
    inputs: [f([1, 2, 1, 1], [1, 2])],
    attributes: { size: 3, alpha: float(3), beta: float(1), bias: float(5) },
    shapes: [[1, 2, 1, 1]],
    values: [[0.1, 0.2]],
    tolerance: 1e-6,
  },
  // Ranking
  {
    name: 'ArgMax',
    op: 'ArgMax',
    inputs: [f([2, 3], [1, 3, 3, 4, 0, 4])],
    attributes: { axis: -1, keepdims: 0, select_last_index: 1 },
    shapes: [[2]],
    values: [[2, 2]],
  },
  {
    name: 'TopK of the smallest',
    op: 'TopK',
    inputs: [f([4], [3, 1, 2, 1]), i64(3)],
    attributes: { largest: 0 },
    outputs: 2,
    shapes: [[3], [3]],
    values: [
      [1, 1, 2],
      [1, 3, 2],
    ],
  },
  {
    name: 'CumSum from the end, each without itself',
    op: 'CumSum',
    inputs: [f([2, 3], [1, 2, 3, 4, 5, 6]), i64(1)],
    attributes: { exclusive: 1, reverse: 1 },
    shapes: [[2, 3]],
    values: [[5, 3, 0, 11, 6, 0]],
    nodes: ['cum_sum'],
  },
  // Resize
  {
    name: 'Resize, linear, by the pixels’ centres',
    op: 'Resize',
    inputs: [f([1, 1, 1, 2], [1, 3]), null, null, i64(1, 1, 1, 4)],
    attributes: { mode: 'linear' },
    shapes: [[1, 1, 1, 4]],
    values: [[1, 1.5, 2.5, 3]],
    nodes: ['resample'],
  },
  {
    name: 'Resize, linear, antialiased',
    op: 'Resize',
    opset: 18,
    inputs: [f([4], [0, 4, 8, 12]), null, f([1], [0.5])],
    attributes: { mode: 'linear', antialias: 1, exclude_outside: 1 },
    shapes: [[2]],
    values: [[20 / 7, 64 / 7]],
    tolerance: 1e-5,
  },
  {
    name: 'Resize, cubic, on a line: straight inside',
    op: 'Resize',
    inputs: [iota(6), null, null, i64(11)],
    attributes: {
      mode: 'cubic',
      coordinate_transformation_mode: 'align_corners',
      cubic_coeff_a: float(-0.5),
    },
    shapes: [[11]],
    values: [[0, 0.4375, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5625, 5]],
    tolerance: 1e-5,
  },
  {
    name: 'Resize, nearest, from a region',
    op: 'Resize',
    inputs: [iota(4), f([2], [0.5, 1.5]), null, i64(3)],
    attributes: {
      mode: 'nearest',
      coordinate_transformation_mode: 'tf_crop_and_resize',
      nearest_mode: 'floor',
      extrapolation_value: float(9),
    },
    shapes: [[3]],
    values: [[1, 3, 9]],
  },
  {
    name: 'Upsample, linear',
    op: 'Upsample',
    opset: 9,
    inputs: [f([1, 1, 1, 2], [0, 2]), f([4], [1, 1, 1, 2])],
    attributes: { mode: 'linear' },
    shapes: [[1, 1, 1, 4]],
    values: [[0, 1, 2, 2]],
  },
]);

const linear = (count: number): Readonly<Record<string, Attribute>> => ({
  activations: strings(new Array<string>(count).fill('Affine')),
  activation_alpha: floats(new Array<number>(count).fill(1)),
});
const steps = f([3, 1, 1], [1, 10, 100]);

/** H = x + H₋₁: running sums. */
async function sums(
  t: Parameters<typeof run>[0],
  x: Tensor,
  directions: number,
  attributes: Readonly<Record<string, Attribute>>,
): Promise<readonly Tensor[]> {
  const ones = f([directions, 1, 1], new Array<number>(directions).fill(1));
  const { outputs, graph } = await run(
    t,
    {
      nodes: [
        node('RNN', ['x', 'w', 'r'], ['y', 'h'], { hidden_size: 1, ...linear(directions), ...attributes }),
      ],
      inputs: [valueInfo('x', 'float32', x.type.shape)],
      outputs: ['y', 'h'],
      initializers: { w: ones, r: ones },
      opset: 14,
    },
    [x],
  );
  t.is(operators(graph).filter((name) => name === 'rnn').length, directions);
  return outputs;
}

test('operators: RNN in every direction', async (t) => {
  const forward = await sums(t, steps, 1, {});
  t.deepEqual(forward.map(numbers), [[1, 11, 111], [111]]);
  t.deepEqual(
    forward.map(({ type }) => type.shape),
    [
      [3, 1, 1, 1],
      [1, 1, 1],
    ],
  );
  const reverse = await sums(t, steps, 1, { direction: 'reverse' });
  t.deepEqual(reverse.map(numbers), [[111, 110, 100], [111]]);
  const both = await sums(t, steps, 2, { direction: 'bidirectional' });
  t.deepEqual(both.map(numbers), [
    [1, 111, 11, 110, 111, 100],
    [111, 111],
  ]);
});

test('operators: RNN with the batch first', async (t) => {
  const x = f([2, 3, 1], [1, 10, 100, 2, 20, 200]);
  const outputs = await sums(t, x, 1, { layout: 1 });
  t.deepEqual(outputs.map(numbers), [
    [1, 11, 111, 2, 22, 222],
    [111, 222],
  ]);
  t.deepEqual(
    outputs.map(({ type }) => type.shape),
    [
      [2, 3, 1, 1],
      [2, 1, 1],
    ],
  );
});

test('operators: the biases of a GRU are one but where the reset goes between them', async (t) => {
  const bias = f([1, 6], [0, 0, 5, 0, 0, 7]);
  for (const [linearBeforeReset, wanted] of [
    [0, [14, 14]],
    [1, [7, 7]],
  ] as const) {
    // z = 0 and r = 0: H = x + 5 + 7, or x + 5 where the reset takes the 7 away.
    const { outputs } = await run(
      t,
      {
        nodes: [
          node('GRU', ['x', 'w', 'r', 'b'], ['y', 'h'], {
            hidden_size: 1,
            linear_before_reset: linearBeforeReset,
            ...linear(2),
          }),
        ],
        inputs: [valueInfo('x', 'float32', [1, 1, 1])],
        outputs: ['y', 'h'],
        initializers: { w: f([1, 3, 1], [0, 0, 1]), r: f([1, 3, 1], [0, 0, 0]), b: bias },
        opset: 14,
      },
      [f([1, 1, 1], [2])],
    );
    t.deepEqual(
      outputs.map((output) => numbers(output)[0]),
      [...wanted],
    );
  }
});

test('operators: DynamicQuantizeLinear and MatMulInteger with its zero point', async (t) => {
  const { outputs, graph } = await run(
    t,
    {
      nodes: [
        node('DynamicQuantizeLinear', ['x'], ['q', 'scale', 'zero']),
        node('MatMulInteger', ['q', 'w', 'zero'], ['y']),
      ],
      inputs: [valueInfo('x', 'float32', [1, 2])],
      outputs: [valueInfo('y', 'int32', [1, 1]), 'scale'],
      initializers: { w: tensor('int8', [2, 1], [1, 2]) },
      opset: 13,
    },
    [f([1, 2], [-1, 1])],
  );
  // A step is a little more than 2/255, so that −1 and 1 are 127 steps each.
  t.deepEqual(numbers(outputs[0]), [-127 + 2 * 127]);
  t.true(operators(graph).includes('sub'));
});

test('operators: zero points that differ by row and column', async (t) => {
  const { outputs } = await run(
    t,
    {
      nodes: [node('MatMulInteger', ['a', 'b', 'za', 'zb'], ['y'])],
      inputs: [valueInfo('a', 'uint8', [2, 1]), valueInfo('b', 'uint8', [1, 2])],
      outputs: [valueInfo('y', 'int32', [2, 2])],
      initializers: { za: tensor('uint8', [2], [1, 2]), zb: tensor('uint8', [2], [3, 4]) },
      opset: 13,
    },
    [tensor('uint8', [2, 1], [10, 20]), tensor('uint8', [1, 2], [5, 7])],
  );
  t.deepEqual(numbers(outputs[0]), [9 * 2, 9 * 3, 18 * 2, 18 * 3]);
});

test('operators: float64 products', async (t) => {
  const { outputs } = await run(
    t,
    {
      nodes: [node('MatMul', ['a', 'b'], ['p']), node('Gemm', ['a', 'b', 'c'], ['g'], { alpha: float(2) })],
      inputs: [valueInfo('a', 'float64', [1, 2])],
      outputs: [valueInfo('p', 'float64', [1, 1]), valueInfo('g', 'float64', [1, 1])],
      initializers: { b: tensor('float64', [2, 1], [1, 1]), c: tensor('float64', [1], [1]) },
      opset: 13,
    },
    [tensor('float64', [1, 2], [2 ** 40, 2 ** -10])],
  );
  t.deepEqual(outputs.map(numbers), [[2 ** 40 + 2 ** -10], [2 ** 41 + 2 ** -9 + 1]]);
});

test('operators: the indices of a window over three axes are refused', async (t) => {
  const { code, message } = await refusal({
    nodes: [node('MaxPool', ['x'], ['y', 'i'], { kernel_shape: [1, 1, 1] })],
    inputs: [valueInfo('x', 'float32', [1, 1, 2, 2, 2])],
    outputs: ['y', valueInfo('i', 'int64', [1, 1, 2, 2, 2])],
    opset: 13,
  });
  t.is(code, 'FEATURE_UNSUPPORTED');
  t.regex(message, /indices of windows over three axes/);
});

test('operators: QGemm with a bias by column, by row and for all', async (t) => {
  const one = f([], [1]);
  for (const [bias, wanted] of [
    [tensor('int32', [1, 2], [100, 200]), [101, 203, 102, 206]],
    [tensor('int32', [2, 1], [100, 200]), [101, 103, 202, 206]],
    [tensor('int32', [1], [100]), [101, 103, 102, 106]],
    [tensor('int32', [2, 2], [1, 2, 3, 4]), [2, 5, 5, 10]],
  ] as const) {
    const { outputs } = await run(
      t,
      {
        nodes: [
          node(
            'QGemm',
            ['a', 'one', 'zero', 'b', 'one', 'zero', 'c'],
            ['y'],
            {},
            { domain: 'com.microsoft' },
          ),
        ],
        inputs: [valueInfo('a', 'int8', [2, 1])],
        outputs: ['y'],
        initializers: { one, zero: tensor('int8', [], [0]), b: tensor('int8', [1, 2], [1, 3]), c: bias },
        opset: 13,
      },
      [tensor('int8', [2, 1], [1, 2])],
    );
    t.deepEqual(numbers(outputs[0]), [...wanted]);
  }
});
