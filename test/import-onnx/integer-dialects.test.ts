import test from 'ava';
import { tensor, type Tensor } from 'match-compiler';
import { elementTypes, type NodeProto } from 'match-compiler/plugins/import-onnx';
import { float, importModel, node, valueInfo, type ModelParts } from '../support/onnx-model.ts';
import { numbers, operators, refusal, run } from './run-model.ts';

const to = (type: (typeof elementTypes)[number]) => ({ to: elementTypes.indexOf(type) });
const f32 = (shape: readonly number[], values: readonly number[]): Tensor => tensor('float32', shape, values);
const i32 = (shape: readonly number[], values: readonly number[]): Tensor => tensor('int32', shape, values);
const bounds = { min: float(0), max: float(255) };

/** Multiply, add, shift, clip, as PLiNIO writes them after a layer. */
const requantization = (from: string, result: string): readonly NodeProto[] => [
  node('Cast', [from], [`${result}.wide`], to('int32')),
  node('Mul', [`${result}.wide`, 'mul'], [`${result}.scaled`]),
  node('Add', [`${result}.scaled`, 'add'], [`${result}.sum`]),
  node('Div', [`${result}.sum`, 'n'], [`${result}.div`]),
  node('Floor', [`${result}.div`], [`${result}.floor`]),
  node('Clip', [`${result}.floor`], [`${result}.clip`], bounds),
  node('Cast', [`${result}.clip`], [result], to('uint8')),
];

/** One convolution and one dense layer; the weights are int8 in the bits of uint8. */
const plinio: ModelParts = {
  nodes: [
    node('Conv', ['x', 'w'], ['c']),
    ...requantization('c', 'q'),
    node('Flatten', ['q'], ['flat']),
    node('MatMul', ['flat', 'v'], ['m']),
    node('Cast', ['m'], ['m32'], to('int32')),
    node('Add', ['m32', 'bias'], ['y']),
  ],
  inputs: [valueInfo('x', 'uint8', [1, 1, 1, 2])],
  outputs: [valueInfo('y', 'float32', [1, 2])],
  initializers: {
    w: tensor('uint8', [1, 1, 1, 1], [0xfe]),
    v: tensor('uint8', [2, 2], [1, 2, 0xff, 3]),
    mul: i32([1, 1, 1, 1], [-3]),
    add: i32([1, 1, 1, 1], [5]),
    n: i32([1], [4]),
    bias: i32([1, 2], [100, -100]),
  },
  opset: 10,
};

test('PLiNIO: uint8 weights are int8, layers give int32, the division floors', async (t) => {
  const { graph, outputs } = await run(t, plinio, [tensor('uint8', [1, 1, 1, 2], [10, 201])]);
  // 10·−2·−3 + 5 = 65 → 16; 201·−2·−3 + 5 = 1211 → 302 → 255
  t.deepEqual(numbers(outputs[0]), [16 - 255 + 100, 32 + 765 - 100]);
  t.is(outputs[0]?.type.dtype, 'int32');
  t.is(graph.info.dialect, 'plinio');
  t.is(
    graph.info.recognised[0],
    "1 Conv and 1 MatMul with uint8 weights and no zero points: PLiNIO integer dialect; uint8 weights are read as two's complement int8",
  );
  t.deepEqual(operators(graph), ['conv2d', 'mul', 'add', 'div', 'clip', 'cast', 'reshape', 'dense', 'add']);
  t.deepEqual(
    graph.nodes
      .flatMap(({ outputs: made }) => made.map(({ name, type }) => `${name}: ${type.dtype}`))
      .slice(0, 6),
    ['c: int32', 'q.scaled: int32', 'q.sum: int32', 'q.div: int32', 'q.clip: int32', 'q: uint8'],
  );
});

/** The same net with everything in float32 tensors, as the float checkpoints have it. */
const floatHeld: ModelParts = {
  nodes: [
    node('Conv', ['x', 'w'], ['c'], { weight_bits: 8 }),
    node('Mul', ['c', 'mul'], ['scaled']),
    node('Add', ['scaled', 'add'], ['sum']),
    node('Div', ['sum', 'n'], ['div']),
    node('Floor', ['div'], ['floor']),
    node('Clip', ['floor'], ['q'], bounds),
    node('Flatten', ['q'], ['flat']),
    node('MatMul', ['flat', 'v'], ['m']),
    node('Add', ['m', 'bias'], ['y']),
  ],
  inputs: [valueInfo('x', 'float32', [1, 1, 1, 2])],
  outputs: [valueInfo('y', 'float32', [1, 2])],
  initializers: {
    w: f32([1, 1, 1, 1], [-2]),
    v: f32([2, 2], [1, 2, -1, 3]),
    mul: f32([1, 1, 1, 1], [-3]),
    add: f32([1, 1, 1, 1], [5]),
    n: f32([1], [4]),
    bias: f32([1, 2], [100, -100]),
  },
  opset: 10,
};

test('integers in float tensors: the same integers, and a conversion behind the input', async (t) => {
  const { graph, outputs } = await run(t, floatHeld, [f32([1, 1, 1, 2], [10, 201])]);
  t.deepEqual(numbers(outputs[0]), [-139, 697]);
  t.is(outputs[0]?.type.dtype, 'int32');
  t.is(graph.info.dialect, 'plinio');
  t.is(graph.inputs[0]?.type.dtype, 'float32');
  t.deepEqual(operators(graph), [
    'cast',
    'conv2d',
    'mul',
    'add',
    'div',
    'clip',
    'cast',
    'reshape',
    'dense',
    'add',
  ]);
  t.true(
    graph.info.recognised.some((line) =>
      /input 'x' holds integers in float32: converted to uint8/.test(line),
    ),
  );
  t.true(graph.info.recognised.some((line) => line.includes('weight_bits (1)')));
});

test('inputTypes says what the input holds', async (t) => {
  const graph = await importModel(floatHeld, { options: { inputTypes: { x: 'int8' } } });
  t.is(graph.nodes[0]?.attributes['dtype'], 'int8');
  t.is((await refusal(floatHeld, { options: { inputTypes: { x: 'int7' } } })).code, 'INPUT_TYPE_INVALID');
  t.is((await refusal(plinio, { options: { inputTypes: { x: 'int8' } } })).code, 'INPUT_TYPE_INVALID');
  t.is((await refusal(floatHeld, { options: { inputTypes: { z: 'int8' } } })).code, 'TENSOR_UNKNOWN');
});

test('a constant that is no integer is refused in an integer net', async (t) => {
  const { code, message, hint, loc } = await refusal({
    ...floatHeld,
    initializers: { ...(floatHeld.initializers as Record<string, Tensor>), add: f32([1, 1, 1, 1], [0.5]) },
  });
  t.is(code, 'DIALECT_NOT_INTEGER');
  t.regex(message, /'add' holds 0\.5/);
  t.regex(hint ?? '', /dialect: 'float'/);
  t.is(loc?.node, 'sum');
});

test('the option dialect overrules the evidence', async (t) => {
  const graph = await importModel(floatHeld, { options: { dialect: 'float' } });
  t.is(graph.info.dialect, 'float');
  t.deepEqual(operators(graph), ['conv2d', 'mul', 'add', 'div', 'floor', 'clip', 'reshape', 'dense', 'add']);
  t.is((await refusal(plinio, { options: { dialect: 'float' } })).code, 'FEATURE_UNSUPPORTED');
  const { code, hint } = await refusal(plinio, { options: { dialect: 'plino' } });
  t.is(code, 'DIALECT_UNKNOWN');
  t.is(hint, "did you mean 'plinio'?");
});

test('whole weights alone make no integer net', async (t) => {
  const graph = await importModel({
    nodes: [node('Conv', ['x', 'w'], ['y'])],
    inputs: [valueInfo('x', 'float32', [1, 1, 1, 2])],
    outputs: ['y'],
    initializers: { w: f32([1, 1, 1, 1], [2]) },
  });
  t.is(graph.info.dialect, 'float');
});

/** A NEMO net: pads of nothing, bias, int64 requantization, a mean times its count, a float tail. */
const nemo: ModelParts = {
  nodes: [
    node('Pad', ['x'], ['p'], { pads: [0, 0, 0, 0, 0, 0, 0, 0] }),
    node('Conv', ['p', 'w', 'b'], ['c']),
    node('Mul', ['kappa', 'c'], ['scaled']),
    node('Add', ['scaled', 'lambda'], ['sum']),
    node('Cast', ['sum'], ['wide'], to('int64')),
    node('Mul', ['wide', 'm'], ['product']),
    node('Div', ['product', 'd'], ['div']),
    node('Cast', ['div'], ['real'], to('float32')),
    node('Clip', ['real'], ['q'], bounds),
    node('AveragePool', ['q'], ['mean'], { kernel_shape: [1, 2], strides: [1, 1] }),
    node('Constant', [], ['count'], { value: f32([], [2]) }),
    node('Mul', ['mean', 'count'], ['total']),
    node('Flatten', ['total'], ['flat']),
    node('Gemm', ['flat', 'v', 'vb'], ['logits'], { transB: 1 }),
    node('LogSoftmax', ['logits'], ['y'], { axis: 1 }),
  ],
  inputs: [valueInfo('x', 'float32', [1, 1, 1, 2])],
  outputs: [valueInfo('y', 'float32', [1, 2])],
  initializers: {
    w: f32([1, 1, 1, 1], [3]),
    b: f32([1], [127]),
    kappa: f32([1, 1, 1, 1], [1000]),
    lambda: f32([1, 1, 1, 1], [-7]),
    m: tensor('int64', [1], [54]),
    d: tensor('int64', [], [2097151]),
    v: f32([2, 1], [1, 0]),
    vb: f32([2], [0, 5]),
  },
  opset: 9,
};

test('NEMO: int64 requantization by any divisor, an exact sum, a float tail', async (t) => {
  const setup = { options: { outputs: ['q', 'total', 'logits', 'y'] } };
  const { graph, outputs } = await run(t, nemo, [f32([1, 1, 1, 2], [10, 255])], setup);
  const q = [10, 255].map((x) => Math.floor((((x * 3 + 127) * 1000 - 7) * 54) / 2097151));
  t.deepEqual(outputs.slice(0, 3).map(numbers), [
    q,
    [(q[0] ?? 0) + (q[1] ?? 0)],
    [(q[0] ?? 0) + (q[1] ?? 0), 5],
  ]);
  t.deepEqual(
    outputs.map(({ type }) => type.dtype),
    ['uint8', 'int32', 'int32', 'float32'],
  );
  t.is(graph.info.dialect, 'nemo');
  t.regex(graph.info.recognised[0] ?? '', /1 Conv and 1 Gemm with float32 weights that are all integers/);
  t.true(graph.info.recognised.includes('1 AveragePool times its count of 2: an exact sum'));
  t.true(graph.info.recognised.includes('1 LogSoftmax computed in float32'));
});

test('arithmetic that may leave int32 in a float-held net is done in int64', async (t) => {
  const large = { ...(nemo.initializers as Record<string, Tensor>), kappa: f32([1, 1, 1, 1], [3e6]) };
  const graph = await importModel({ ...nemo, initializers: large });
  const type = (name: string) =>
    graph.nodes.find(({ outputs }) => outputs[0]?.name === name)?.outputs[0]?.type.dtype;
  t.is(type('scaled'), 'int64');
  t.is(type('sum'), 'int64');
});

test('a mean that nothing multiplies is rounded down, and that is told', async (t) => {
  const { graph, outputs } = await run(
    t,
    {
      nodes: [
        node('Conv', ['x', 'w'], ['c']),
        node('Clip', ['c'], ['q'], bounds),
        node('AveragePool', ['q'], ['y'], { kernel_shape: [1, 2] }),
      ],
      inputs: [valueInfo('x', 'uint8', [1, 1, 1, 2])],
      outputs: ['y'],
      initializers: { w: tensor('int8', [1, 1, 1, 1], [1]) },
      opset: 10,
    },
    [tensor('uint8', [1, 1, 1, 2], [2, 5])],
  );
  t.deepEqual(numbers(outputs[0]), [3]);
  t.true(graph.info.recognised.includes('1 AveragePool on integers: the mean is rounded down'));
});

test('outputs keep their integers: in the declared type, or int32 where a float is declared', async (t) => {
  for (const [declared, expected] of [
    ['float32', 'int32'],
    ['int32', 'int32'],
    ['uint8', 'uint8'],
  ] as const) {
    const { graph, outputs } = await run(
      t,
      {
        nodes: [
          node('Conv', ['x', 'w'], ['c']),
          node('Clip', ['c'], ['k'], bounds),
          node('Cast', ['k'], ['y'], to('uint8')),
        ],
        inputs: [valueInfo('x', 'uint8', [1, 1, 1, 1])],
        outputs: [valueInfo('y', declared, [1, 1, 1, 1])],
        initializers: { w: tensor('int8', [1, 1, 1, 1], [2]) },
        opset: 10,
      },
      [tensor('uint8', [1, 1, 1, 1], [9])],
    );
    t.is(outputs[0]?.type.dtype, expected);
    t.is(graph.outputs[0]?.name, 'y');
    t.deepEqual(numbers(outputs[0]), [18]);
  }
});

test('residuals of narrow types are added in int32', async (t) => {
  const { graph, outputs } = await run(
    t,
    {
      nodes: [
        node('Conv', ['x', 'w'], ['c']),
        node('Clip', ['c'], ['q'], bounds),
        node('Add', ['q', 'x'], ['y']),
      ],
      inputs: [valueInfo('x', 'uint8', [1, 1, 1, 1])],
      outputs: [valueInfo('y', 'int32', [1, 1, 1, 1])],
      initializers: { w: tensor('int8', [1, 1, 1, 1], [2]) },
      opset: 10,
    },
    [tensor('uint8', [1, 1, 1, 1], [200])],
  );
  t.deepEqual(operators(graph), ['conv2d', 'clip', 'cast', 'add']);
  t.deepEqual(numbers(outputs[0]), [455]);
});
