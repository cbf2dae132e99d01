import test from 'ava';
import {
  ops,
  tensor,
  type BinaryAttributes,
  type DataType,
  type OpDefinition,
  type Tensor,
} from 'match-compiler';
import { numbers, run } from './run-operator.ts';

interface BinaryRow {
  readonly op: OpDefinition<BinaryAttributes>;
  readonly dtype: DataType;
  readonly a: number[];
  readonly b: number[];
  readonly expected: number[];
  readonly rounding?: 'floor' | 'truncate';
}

const f = Math.fround;
const binaryRows: BinaryRow[] = [
  { op: ops.add, dtype: 'float32', a: [f(0.1), 1e8], b: [f(0.2), 1], expected: [f(f(0.1) + f(0.2)), 1e8] },
  { op: ops.add, dtype: 'int8', a: [127, -128], b: [1, -1], expected: [-128, 127] },
  { op: ops.add, dtype: 'int32', a: [2 ** 31 - 1], b: [1], expected: [-(2 ** 31)] },
  { op: ops.sub, dtype: 'uint8', a: [0], b: [1], expected: [255] },
  { op: ops.mul, dtype: 'int32', a: [123456789, -65536], b: [987654321, 65536], expected: [-67153019, 0] },
  { op: ops.mul, dtype: 'uint32', a: [2 ** 32 - 1], b: [2 ** 32 - 1], expected: [1] },
  { op: ops.div, dtype: 'int32', a: [-7, 7, -7, 5], b: [2, -2, -2, 0], expected: [-3, -3, 3, 0] },
  {
    op: ops.div,
    dtype: 'int32',
    a: [-7, 7, -8, 5],
    b: [2, -2, 2, 0],
    expected: [-4, -4, -4, 0],
    rounding: 'floor',
  },
  {
    op: ops.div,
    dtype: 'int64',
    a: [-7, 7, -8, 5],
    b: [2, -2, 2, 0],
    expected: [-4, -4, -4, 0],
    rounding: 'floor',
  },
  { op: ops.div, dtype: 'int64', a: [-7], b: [2], expected: [-3] },
  { op: ops.div, dtype: 'int32', a: [-(2 ** 31)], b: [-1], expected: [-(2 ** 31)] },
  { op: ops.div, dtype: 'float32', a: [1, 1, -1], b: [3, 0, 0], expected: [f(1 / 3), Infinity, -Infinity] },
  { op: ops.minimum, dtype: 'int16', a: [1, -5], b: [-1, 5], expected: [-1, -5] },
  { op: ops.maximum, dtype: 'float32', a: [1, -5], b: [-1, 5], expected: [1, 5] },
  { op: ops.pow, dtype: 'float32', a: [2, 9], b: [10, 0.5], expected: [1024, 3] },
  {
    op: ops.pow,
    dtype: 'int32',
    a: [3, -2, 7, -1, 0],
    b: [20, 31, 0, -3, -1],
    expected: [-808182895, -(2 ** 31), 1, -1, 0],
  },
  { op: ops.pow, dtype: 'int64', a: [3, -1, 5], b: [20, -2, -1], expected: [3486784401, 1, 0] },
];

test('binary operators: exact floats, wrapping integers, both roundings of division', (t) => {
  for (const { op, dtype, a, b, expected, rounding } of binaryRows) {
    const result = run(op, [tensor(dtype, [a.length], a), tensor(dtype, [b.length], b)], {
      dtype,
      ...(rounding && { rounding }),
    });
    t.is(result.type.dtype, dtype);
    t.deepEqual(numbers(result), expected, `${op.name} ${dtype}`);
  }
});

test('operands are converted to the result type first', (t) => {
  const a = tensor('int8', [2], [-100, 100]);
  const b = tensor('int32', [2], [1000, 70000]);
  t.deepEqual(numbers(run(ops.add, [a, b], { dtype: 'int32' })), [900, 70100]);
  t.deepEqual(numbers(run(ops.add, [a, b], { dtype: 'int64' })), [900, 70100]);
  t.deepEqual(numbers(run(ops.mul, [a, tensor('float32', [], [0.5])], { dtype: 'float32' })), [-50, 50]);
});

test('operands broadcast like numpy', (t) => {
  const count = (shape: readonly number[]): Tensor =>
    tensor(
      'int32',
      shape,
      Array.from({ length: shape.reduce((p, e) => p * e, 1) }, (_, i) => i),
    );
  const rows: { a: number[]; b: number[]; shape: number[]; expected: number[] }[] = [
    { a: [2, 2], b: [], shape: [2, 2], expected: [0, 10, 20, 30] },
    { a: [], b: [3], shape: [3], expected: [0, 1, 2] },
    { a: [2, 1], b: [3], shape: [2, 3], expected: [0, 1, 2, 10, 11, 12] },
    { a: [2, 2, 1], b: [1, 1, 2], shape: [2, 2, 2], expected: [0, 1, 10, 11, 20, 21, 30, 31] },
    { a: [1, 2], b: [2, 1], shape: [2, 2], expected: [0, 10, 1, 11] },
    { a: [0, 2], b: [1, 2], shape: [0, 2], expected: [] },
  ];
  for (const { a, b, shape, expected } of rows) {
    const tens = run(ops.mul, [count(a), tensor('int32', [], [10])], { dtype: 'int32' });
    const result = run(ops.add, [tens, count(b)], { dtype: 'int32' });
    t.deepEqual(result.type.shape, shape);
    t.deepEqual(numbers(result), expected, `${a.join()} with ${b.join()}`);
  }
});

test('unary operators on float32', (t) => {
  const none = {};
  const rows: [Tensor, number[]][] = [];
  const apply = (values: number[], evaluate: (x: Tensor) => Tensor, expected: number[]): void => {
    rows.push([evaluate(tensor('float32', [values.length], values)), expected.map(f)]);
  };
  apply([0, 1000, -1000], (x) => run(ops.sigmoid, [x], none), [0.5, 1, 0]);
  apply([0, 1], (x) => run(ops.tanh, [x], none), [0, Math.tanh(1)]);
  apply([1], (x) => run(ops.exp, [x], none), [Math.E]);
  apply([f(Math.E), 0], (x) => run(ops.log, [x], none), [Math.log(f(Math.E)), -Infinity]);
  apply([2, -1], (x) => run(ops.sqrt, [x], none), [Math.SQRT2, NaN]);
  apply([-1.5, 1.5], (x) => run(ops.floor, [x], none), [-2, 1]);
  apply([-1.5, 1.5], (x) => run(ops.ceil, [x], none), [-1, 2]);
  apply([0.5, 1.5, 2.5, -0.5, -2.6], (x) => run(ops.round, [x], none), [0, 2, 2, 0, -3]);
  apply([-2, 3], (x) => run(ops.abs, [x], none), [2, 3]);
  apply([-2, 3], (x) => run(ops.neg, [x], none), [2, -3]);
  apply([0, 1000, -1000], (x) => run(ops.softplus, [x], none), [Math.LN2, 1000, 0]);
  apply([-1, 0.5, 9, NaN], (x) => run(ops.clip, [x], { min: 0, max: 6 }), [0, 0.5, 6, NaN]);
  apply([-1, 9], (x) => run(ops.clip, [x], { min: 0, max: Infinity }), [0, 9]);
  apply([-2, 2], (x) => run(ops.leakyRelu, [x], { alpha: 0.1 }), [f(-2 * f(0.1)), 2]);
  apply([-2, 2], (x) => run(ops.elu, [x], { alpha: 2 }), [2 * Math.expm1(-2), 2]);
  apply([-9, 0, 9], (x) => run(ops.hardSigmoid, [x], { alpha: 0.2, beta: 0.5 }), [0, 0.5, 1]);
  apply([-4, 4, 0], (x) => run(ops.hardSwish, [x], none), [0, 4, 0]);
  apply(
    [0, 0.5, 1, -2, 4],
    (x) => run(ops.erf, [x], none),
    [0, 0.5204998778130465, 0.8427007929497149, -0.9953222650189527, 0.9999999845827421],
  );
  apply([0, 1, -1], (x) => run(ops.gelu, [x], none), [0, 0.8413447460685429, -0.15865525393145707]);
  apply([1], (x) => run(ops.gelu, [x], { approximate: 'tanh' }), [0.8411919906082768]);
  for (const [actual, expected] of rows)
    t.deepEqual(
      numbers(actual).map((v) => v + 0),
      expected.map((v) => v + 0),
    );
  const x = tensor('float32', [1, 2, 1, 2], [-1, -2, -3, 4]);
  t.deepEqual(
    numbers(run(ops.prelu, [x, tensor('float32', [2, 1, 1], [10, 100])], none)),
    [-10, -20, -300, 4],
  );
});

test('unary operators on integers', (t) => {
  t.deepEqual(numbers(run(ops.abs, [tensor('int8', [2], [-128, -5])], {})), [-128, 5]);
  t.deepEqual(numbers(run(ops.neg, [tensor('int64', [2], [-5, 7])], {})), [5, -7]);
  t.deepEqual(
    numbers(run(ops.clip, [tensor('int32', [3], [-900, 5, 900])], { min: 0, max: 255 })),
    [0, 5, 255],
  );
  t.deepEqual(numbers(run(ops.clip, [tensor('int64', [2], [-900, 900])], { min: -1, max: 2 })), [-1, 2]);
});

test('lookup indexes from the lowest value', (t) => {
  const table = tensor(
    'float32',
    [256],
    Array.from({ length: 256 }, (_, i) => i / 2),
  );
  t.deepEqual(numbers(run(ops.lookup, [tensor('int8', [3], [-128, 0, 127]), table], {})), [0, 64, 127.5]);
  t.deepEqual(numbers(run(ops.lookup, [tensor('uint8', [3], [0, 1, 255]), table], {})), [0, 0.5, 127.5]);
});

interface CastRow {
  readonly from: DataType;
  readonly to: DataType;
  readonly values: number[];
  readonly wrapped?: number[];
  readonly saturated: number[];
}

test('cast truncates floats, wraps or saturates integers', (t) => {
  const rows: CastRow[] = [
    { from: 'float32', to: 'int8', values: [1.9, -1.9, 300, NaN], saturated: [1, -1, 127, 0] },
    { from: 'float32', to: 'int64', values: [1.9, -1.9, Infinity, NaN], saturated: [1, -1, 2 ** 63, 0] },
    { from: 'int32', to: 'uint8', values: [256, -1, 7], wrapped: [0, 255, 7], saturated: [255, 0, 7] },
    {
      from: 'int64',
      to: 'int32',
      values: [2 ** 31, -1],
      wrapped: [-(2 ** 31), -1],
      saturated: [2 ** 31 - 1, -1],
    },
    { from: 'int64', to: 'uint64', values: [-1, 1], wrapped: [2 ** 64, 1], saturated: [0, 1] },
    {
      from: 'int32',
      to: 'float32',
      values: [16777217, -3],
      wrapped: [16777216, -3],
      saturated: [16777216, -3],
    },
    { from: 'float32', to: 'bool', values: [0, 0.1, NaN], wrapped: [0, 1, 1], saturated: [0, 1, 1] },
    { from: 'bool', to: 'int8', values: [0, 1], wrapped: [0, 1], saturated: [0, 1] },
  ];
  for (const { from, to, values, wrapped, saturated } of rows) {
    const x = tensor(from, [values.length], values);
    if (wrapped)
      t.deepEqual(numbers(run(ops.cast, [x], { dtype: to, saturate: false })), wrapped, `${from} to ${to}`);
    t.deepEqual(
      numbers(run(ops.cast, [x], { dtype: to, saturate: true })),
      saturated,
      `${from} to ${to}, saturated`,
    );
  }
  // Rounded once: by way of a double, this tie would go the other way.
  const x = tensor('int64', [1], [2n ** 60n + 2n ** 36n + 1n]);
  t.deepEqual(numbers(run(ops.cast, [x], { dtype: 'float32', saturate: false })), [2 ** 60 + 2 ** 37]);
});
