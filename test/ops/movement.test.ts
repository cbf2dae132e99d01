import test from 'ava';
import { ops, tensor, type Tensor } from 'match-compiler';
import { numbers, run } from './run-operator.ts';

function counting(...shape: number[]): Tensor {
  return tensor(
    'int16',
    shape,
    Array.from({ length: shape.reduce((p, e) => p * e, 1) }, (_, i) => i),
  );
}

interface Row {
  readonly name: string;
  readonly result: Tensor;
  readonly shape: number[];
  readonly expected: number[];
}

test('movement operators', (t) => {
  const x = counting(2, 3);
  const constant = { value: 9, mode: 'constant' } as const;
  const rows: Row[] = [
    {
      name: 'reshape',
      result: run(ops.reshape, [x], { shape: [3, 1, 2] }),
      shape: [3, 1, 2],
      expected: [0, 1, 2, 3, 4, 5],
    },
    { name: 'identity', result: run(ops.identity, [x], {}), shape: [2, 3], expected: [0, 1, 2, 3, 4, 5] },
    {
      name: 'layout_transform',
      result: run(ops.layoutTransform, [counting(1, 2, 1, 2)], { from: 'NCHW', to: 'NHWC' }),
      shape: [1, 2, 1, 2],
      expected: [0, 1, 2, 3],
    },
    {
      name: 'transpose',
      result: run(ops.transpose, [x], { perm: [1, 0] }),
      shape: [3, 2],
      expected: [0, 3, 1, 4, 2, 5],
    },
    {
      name: 'transpose of rank 3',
      result: run(ops.transpose, [counting(2, 1, 3)], { perm: [2, 0, 1] }),
      shape: [3, 2, 1],
      expected: [0, 3, 1, 4, 2, 5],
    },
    {
      name: 'concat rows',
      result: run(ops.concat, [x, counting(1, 3)], { axis: 0 }),
      shape: [3, 3],
      expected: [0, 1, 2, 3, 4, 5, 0, 1, 2],
    },
    {
      name: 'concat columns',
      result: run(ops.concat, [x, counting(2, 1)], { axis: 1 }),
      shape: [2, 4],
      expected: [0, 1, 2, 0, 3, 4, 5, 1],
    },
    {
      name: 'pad by a constant',
      result: run(ops.pad, [x], { ...constant, pads: [0, 1, 1, 0] }),
      shape: [3, 4],
      expected: [9, 0, 1, 2, 9, 3, 4, 5, 9, 9, 9, 9],
    },
    {
      name: 'pad by reflection',
      result: run(ops.pad, [counting(1, 3)], { value: 0, mode: 'reflect', pads: [0, 2, 0, 1] }),
      shape: [1, 6],
      expected: [2, 1, 0, 1, 2, 1],
    },
    {
      name: 'pad by the edge',
      result: run(ops.pad, [x], { value: 0, mode: 'edge', pads: [1, 1, 0, 2] }),
      shape: [3, 6],
      expected: [0, 0, 1, 2, 2, 2, 0, 0, 1, 2, 2, 2, 3, 3, 4, 5, 5, 5],
    },
    {
      name: 'slice',
      result: run(ops.slice, [x], { starts: [1, 0], ends: [2, 3], steps: [1, 2] }),
      shape: [1, 2],
      expected: [3, 5],
    },
    {
      name: 'slice backwards through index 0',
      result: run(ops.slice, [x], { starts: [1, 2], ends: [-1, 0], steps: [-1, -1] }),
      shape: [2, 2],
      expected: [5, 4, 2, 1],
    },
    {
      name: 'empty slice',
      result: run(ops.slice, [x], { starts: [2, 0], ends: [2, 3], steps: [1, 1] }),
      shape: [0, 3],
      expected: [],
    },
    {
      name: 'gather rows',
      result: run(ops.gather, [x, tensor('int64', [2], [-1, 0])], { axis: 0 }),
      shape: [2, 3],
      expected: [3, 4, 5, 0, 1, 2],
    },
    {
      name: 'gather one column',
      result: run(ops.gather, [x, tensor('int32', [], [1])], { axis: 1 }),
      shape: [2],
      expected: [1, 4],
    },
    {
      name: 'resize_nearest',
      result: run(ops.resizeNearest, [counting(1, 1, 2, 2)], { scales: [2, 3] }),
      shape: [1, 1, 4, 6],
      expected: [0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 2, 2, 2, 3, 3, 3],
    },
  ];
  for (const { name, result, shape, expected } of rows) {
    t.deepEqual(result.type.shape, shape, name);
    t.deepEqual(numbers(result), expected, name);
  }
  t.throws(() => run(ops.gather, [x, tensor('int32', [1], [3])], { axis: 1 }), {
    message: /index 3 on an axis of 3/,
  });
});

test('split gives one output per part', (t) => {
  const x = counting(2, 3);
  const attributes = { axis: 1, sizes: [1, 2] };
  const types = ops.split.infer([x.type], attributes);
  t.deepEqual(
    types.map((type) => type.shape),
    [
      [2, 1],
      [2, 2],
    ],
  );
  const parts = ops.split.evaluate([x], attributes, types);
  t.deepEqual(
    parts.map((part) => Array.from(part, Number)),
    [
      [0, 3],
      [1, 2, 4, 5],
    ],
  );
});

test('reductions', (t) => {
  const x = tensor('float32', [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 9]);
  const over = (axes: number[], keepDims = false) => ({ axes, keepDims });
  const sum = run(ops.reduceSum, [x], over([0, 2]));
  t.deepEqual([sum.type.shape, numbers(sum)], [[2], [14, 23]]);
  const mean = run(ops.reduceMean, [x], over([1], true));
  t.deepEqual(
    [mean.type.shape, numbers(mean)],
    [
      [2, 1, 2],
      [2, 3, 6, 7.5],
    ],
  );
  const max = run(ops.reduceMax, [x], over([0, 1, 2]));
  t.deepEqual([max.type.shape, numbers(max)], [[], [9]]);
  t.deepEqual(numbers(run(ops.reduceMax, [x], over([]))), numbers(x));
  t.deepEqual(numbers(run(ops.reduceSum, [tensor('int8', [3], [100, 100, 100])], over([0]))), [44]);
  t.deepEqual(numbers(run(ops.reduceSum, [tensor('int64', [2], [2 ** 40, 1])], over([0]))), [2 ** 40 + 1]);
  t.deepEqual(numbers(run(ops.reduceMax, [tensor('int64', [2], [-5, -9])], over([0]))), [-5]);
});

test('batch_norm and softmax on float32', (t) => {
  const per = (...values: number[]): Tensor => tensor('float32', [2], values);
  const x = tensor('float32', [1, 2, 1, 2], [1, 2, 3, 4]);
  const normal = run(ops.batchNorm, [x, per(2, 3), per(1, -1), per(1, 3), per(4, 0.25)], { epsilon: 0 });
  t.deepEqual(numbers(normal), [1, 2, -1, 5]);
  const near = (actual: Tensor, expected: number[]): void => {
    numbers(actual).forEach((value, i) => t.true(Math.abs(value - (expected[i] ?? NaN)) < 1e-6));
  };
  const logits = tensor('float32', [2, 2], [1000, 1001, 0, Math.log(3)]);
  const e = 1 / (1 + Math.E);
  near(run(ops.softmax, [logits], { axis: 1 }), [e, 1 - e, 0.25, 0.75]);
  near(run(ops.softmax, [logits], { axis: 0 }), [1, 1, 0, 0]);
  near(run(ops.logSoftmax, [logits], { axis: 1 }), [e, 1 - e, 0.25, 0.75].map(Math.log));
});
