import test from 'ava';
import { importModel, node, valueInfo, type ModelParts } from '../support/onnx-model.ts';
import { refusal } from './run-model.ts';

/** A slice and a sum whose axes the model takes at run time. */
const parts: ModelParts = {
  opset: 13,
  nodes: [
    node('Slice', ['x', 'starts', 'ends', 'axes'], ['part']),
    node('ReduceSum', ['part', 'reduced'], ['y'], { keepdims: 0 }),
    node('Relu', ['x'], ['z']),
  ],
  inputs: [
    valueInfo('x', 'float32', [2, 4]),
    ...['starts', 'ends', 'axes', 'reduced'].map((name) => valueInfo(name, 'int64', [1])),
  ],
  outputs: ['y', 'z'],
};

test('inputs that are bound are constants and no inputs any more', async (t) => {
  const bind = { starts: 1, ends: [3], axes: [-1], reduced: [0] };
  const graph = await importModel(parts, { options: { bind } });
  t.deepEqual(
    graph.inputs.map(({ name }) => name),
    ['x'],
  );
  t.deepEqual(
    graph.outputs.map(({ type }) => type.shape),
    [[2], [2, 4]],
  );
  t.true(graph.info.recognised.some((line) => line.includes("input 'reduced' is bound to int64[1]")));
});

test('every input that has to be bound is named at once, where shapes allow it', async (t) => {
  const { code, message, hint } = await refusal(parts);
  t.is(code, 'INPUT_UNBOUND');
  t.regex(message, /'starts', 'ends', 'axes'/);
  t.regex(hint ?? '', /bind: \{ "starts": \[…\], "ends": \[…\], "axes": \[…\] \}/);
});

test('nodes that do not depend on each other are all named', async (t) => {
  const two: ModelParts = {
    ...parts,
    nodes: [
      node('ReduceSum', ['x', 'axes'], ['y']),
      node('ReduceSum', ['x', 'reduced'], ['z']),
      node('Relu', ['y'], ['w']),
    ],
    outputs: ['w', 'z'],
  };
  const { message } = await refusal(two);
  t.regex(message, /'axes', 'reduced'/);
});

for (const { name, bind, message } of [
  { name: 'too many values', bind: { axes: [0, 1] }, message: /2 values where its shape \[1\] takes 1/ },
  { name: 'a fraction', bind: { axes: [0.5] }, message: /0\.5 is no int64/ },
] as const) {
  test(`${name} do not bind an input`, async (t) => {
    const found = await refusal(parts, { options: { bind } });
    t.is(found.code, 'BIND_INVALID');
    t.regex(found.message, message);
  });
}

test('binding an input that does not exist is refused', async (t) => {
  const { code, hint } = await refusal(parts, { options: { bind: { axis: [0] } } });
  t.is(code, 'TENSOR_UNKNOWN');
  t.is(hint, "did you mean 'axes'?");
});

test('an open shape takes the number of values', async (t) => {
  const open: ModelParts = {
    opset: 13,
    nodes: [node('ReduceSum', ['x', 'axes'], ['y'], { keepdims: 0, noop_with_empty_axes: 1 })],
    inputs: [valueInfo('x', 'float32', [2, 4]), valueInfo('axes', 'int64', ['n'])],
    outputs: ['y'],
  };
  const none = await importModel(open, { options: { bind: { axes: [] } } });
  t.deepEqual(none.outputs[0]?.type.shape, [2, 4]);
  const both = await importModel(open, { options: { bind: { axes: [0, 1] } } });
  t.deepEqual(both.outputs[0]?.type.shape, []);
});
