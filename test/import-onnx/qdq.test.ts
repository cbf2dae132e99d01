import test from 'ava';
import { tensor, type Tensor } from 'match-compiler';
import { importModel, node, tensorProto, valueInfo, type ModelParts } from '../support/onnx-model.ts';
import { i8, partsOf, scalar, scale, u8, type QuantizedRow } from './quantized-table.ts';
import { numbers, operators, refusal, run } from './run-model.ts';

/** A dense layer between quantizations, as exporters write it. */
const qdq: ModelParts = {
  nodes: [
    node('QuantizeLinear', ['x', 'xs', 'xz'], ['xq']),
    node('DequantizeLinear', ['xq', 'xs', 'xz'], ['xd']),
    node('DequantizeLinear', ['wq', 'ws', 'wz'], ['wd'], { axis: 1 }),
    node('MatMul', ['xd', 'wd'], ['m']),
    node('Relu', ['m'], ['r']),
    node('QuantizeLinear', ['r', 'ys', 'yz'], ['yq']),
    node('DequantizeLinear', ['yq', 'ys', 'yz'], ['y']),
  ],
  inputs: [valueInfo('x', 'float32', ['batch', 2])],
  outputs: ['y'],
  initializers: [
    tensorProto('wq', i8([2, 2], [1, 2, 3, 4])),
    tensorProto('ws', tensor('float32', [2], [0.5, 0.25])),
    tensorProto('wz', i8([2], [0, 0])),
    tensorProto('xs', scale(0.5)),
    tensorProto('xz', scalar('int8', -1)),
    tensorProto('ys', scale(0.25)),
    tensorProto('yz', scalar('int8', -128)),
  ],
};

test('a QDQ graph is imported as it stands, with the meaning of its integers', async (t) => {
  const { graph, outputs } = await run(t, qdq, [tensor('float32', [1, 2], [1, 2])]);
  t.is(graph.info.dialect, 'qdq');
  t.deepEqual(operators(graph).toSorted(), [
    'clip',
    'dense',
    'dequantize',
    'dequantize',
    'dequantize',
    'quantize',
    'quantize',
    'transpose',
  ]);
  t.deepEqual(numbers(outputs[0]), [3.5, 2.5]);
  const quantized = graph.nodes.find((made) => made.outputs[0]?.name === 'xq')?.outputs[0];
  t.deepEqual(quantized?.type.quantization, { scale: [0.5], zeroPoint: [-1] });
});

/** (x − 1)·w times a scale of 1. */
const conv: QuantizedRow = {
  name: 'QLinearConv',
  op: 'QLinearConv',
  inputs: [
    u8([1, 1, 1, 2], [3, 5]),
    scale(0.5),
    scalar('uint8', 1),
    u8([1, 1, 1, 1], [3]),
    scale(0.5),
    scalar('uint8', 1),
    scale(0.25),
    scalar('uint8', 10),
  ],
  expected: u8([1, 1, 1, 2], [14, 18]),
};

const recognised: readonly {
  readonly dialect: string;
  readonly evidence: RegExp;
  readonly parts: ModelParts;
}[] = [
  {
    dialect: 'float',
    evidence: /no quantization/,
    parts: {
      nodes: [node('Relu', ['x'], ['y'])],
      inputs: [valueInfo('x', 'float32', [1])],
      outputs: ['y'],
    },
  },
  { dialect: 'qdq', evidence: /2 QuantizeLinear and 3 DequantizeLinear/, parts: qdq },
  { dialect: 'qoperator', evidence: /1 QLinearConv/, parts: partsOf(conv) },
];

for (const { dialect, evidence, parts } of recognised) {
  test(`the dialect is recognised: ${dialect}`, async (t) => {
    const { info } = await importModel(parts);
    t.is(info.dialect, dialect);
    t.regex(info.recognised[0] ?? '', evidence);
  });
}

test('quantized operators refuse what they cannot keep', async (t) => {
  const scaled = (value: number): ModelParts => ({
    ...partsOf(conv),
    initializers: { ...(partsOf(conv).initializers as Record<string, Tensor>), in6: scale(value) },
  });
  t.is((await refusal(scaled(0))).code, 'REQUANTIZE_SCALE');
  const dynamic = partsOf(conv);
  const found = await refusal({
    ...dynamic,
    inputs: [...(dynamic.inputs ?? []), valueInfo('in1', 'float32', [])],
    initializers: Object.fromEntries(
      Object.entries(dynamic.initializers ?? {}).filter(([key]) => key !== 'in1'),
    ),
  });
  t.is(found.code, 'INPUT_UNBOUND');
  t.regex(found.message, /'in1', the input scale of /);
});

test('a pad value behind DequantizeLinear counts as known', async (t) => {
  const padded: ModelParts = {
    nodes: [node('DequantizeLinear', ['vq', 'vs', 'vz'], ['v']), node('Pad', ['x', 'pads', 'v'], ['y'])],
    inputs: [valueInfo('x', 'float32', [1, 2])],
    outputs: ['y'],
    initializers: [
      tensorProto('vq', scalar('uint8', 5)),
      tensorProto('vs', scale(0.5)),
      tensorProto('vz', scalar('uint8', 3)),
      tensorProto('pads', tensor('int64', [4], [0, 1, 0, 0])),
    ],
  };
  const { outputs } = await run(t, padded, [tensor('float32', [1, 2], [7, 8])]);
  t.deepEqual(numbers(outputs[0]), [1, 7, 8]);
});
