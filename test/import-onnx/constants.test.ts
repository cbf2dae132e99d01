import test from 'ava';
import { tensor } from 'match-compiler';
import { float, floats, importModel, node, valueInfo, type Attribute } from '../support/onnx-model.ts';
import { code, f, i64, iota } from './operator-table.ts';
import { numbers, operators, run } from './run-model.ts';

test('a shape that the net computes is settled at import', async (t) => {
  const x = iota(2, 3, 4);
  const { graph, outputs } = await run(
    t,
    {
      nodes: [
        node('Shape', ['x'], ['shape']),
        node('Gather', ['shape', 'zero'], ['batch']),
        node('Unsqueeze', ['batch', 'first'], ['batch1']),
        node('Constant', [], ['rest'], { value_ints: [-1] }),
        node('Concat', ['batch1', 'rest'], ['target'], { axis: 0 }),
        node('Reshape', ['x', 'target'], ['y']),
      ],
      inputs: [valueInfo('x', 'float32', x.type.shape)],
      outputs: ['y'],
      initializers: { zero: tensor('int64', [], [0]), first: i64(0) },
    },
    [x],
  );
  t.deepEqual(operators(graph), ['reshape']);
  t.deepEqual(outputs[0]?.type.shape, [2, 12]);
});

test('sizes that the net computes in floats are settled at import', async (t) => {
  const x = iota(1, 1, 1, 2);
  const { graph } = await run(
    t,
    {
      nodes: [
        node('Shape', ['x'], ['shape'], { start: 2 }),
        node('Cast', ['shape'], ['real'], { to: code('float32') }),
        node('Mul', ['real', 'two'], ['doubled']),
        node('Floor', ['doubled'], ['whole']),
        node('Cast', ['whole'], ['size'], { to: code('int64') }),
        node('Shape', ['x'], ['front'], { end: 2 }),
        node('Concat', ['front', 'size'], ['sizes'], { axis: 0 }),
        node('Resize', ['x', '', '', 'sizes'], ['y']),
      ],
      inputs: [valueInfo('x', 'float32', x.type.shape)],
      outputs: ['y'],
      initializers: { two: f([], [2]) },
      opset: 15,
    },
    [x],
  );
  t.deepEqual(operators(graph), ['resize_nearest']);
});

test('ConstantOfShape, Range, Equal, Where and Expand are settled at import', async (t) => {
  const x = iota(3);
  const { graph, outputs } = await run(
    t,
    {
      nodes: [
        node('ConstantOfShape', ['three'], ['ones'], { value: i64(1) }),
        node('Range', ['a', 'b', 'c'], ['range']),
        node('Equal', ['range', 'ones'], ['equal']),
        node('Where', ['equal', 'minus', 'range'], ['picked']),
        node('Cast', ['picked'], ['real'], { to: code('float32') }),
        node('Add', ['x', 'real'], ['y']),
      ],
      inputs: [valueInfo('x', 'float32', [3])],
      outputs: ['y'],
      initializers: {
        three: i64(3),
        a: tensor('int64', [], [0]),
        b: tensor('int64', [], [3]),
        c: tensor('int64', [], [1]),
        minus: i64(-1),
      },
    },
    [x],
  );
  t.deepEqual(operators(graph), ['add']);
  t.deepEqual(numbers(outputs[0]), [0, 0, 4]);
});

test('Constant nodes hold tensors and numbers', async (t) => {
  const literals: readonly [Readonly<Record<string, Attribute>>, readonly number[]][] = [
    [{ value: f([2], [1, 2]) }, [1, 2]],
    [{ value_float: float(3) }, [3, 3]],
    [{ value_floats: floats([4, 5]) }, [4, 5]],
  ];
  for (const [attributes, expected] of literals) {
    const parts = {
      nodes: [node('Constant', [], ['c'], attributes), node('Add', ['x', 'c'], ['y'])],
      inputs: [valueInfo('x', 'float32', [2])],
      outputs: ['y'],
    };
    const { outputs } = await run(t, parts, [f([2], [0, 0])]);
    t.deepEqual(numbers(outputs[0]), expected);
  }
});

test('large constants are left to the passes', async (t) => {
  const graph = await importModel({
    nodes: [node('Transpose', ['w'], ['wt']), node('Mul', ['x', 'wt'], ['y'])],
    inputs: [valueInfo('x', 'float32', [100, 100])],
    outputs: ['y'],
    initializers: { w: iota(100, 100) },
  });
  t.deepEqual(operators(graph), ['transpose', 'mul']);
});

test('float16 nets are computed in float32', async (t) => {
  const half = {
    name: 'w',
    dims: [2],
    data_type: code('float16'),
    raw_data: Uint8Array.from([0, 0x3c, 0, 0xc0]),
  };
  const { graph, outputs } = await run(
    t,
    {
      nodes: [node('Cast', ['x'], ['h'], { to: code('float16') }), node('Mul', ['h', 'w'], ['y'])],
      inputs: [valueInfo('x', 'float16', [2])],
      outputs: [valueInfo('y', 'float16', [2])],
      initializers: [half],
    },
    [f([2], [3, 4])],
  );
  t.deepEqual(numbers(outputs[0]), [3, -8]);
  t.true(graph.info.recognised.some((line) => line.includes('float16')));
});
