import test from 'ava';
import { ops, ShapeError, tensor } from 'match-compiler';
import { numbers, run } from './run-operator.ts';

test('comparisons broadcast and give bools; NaN is equal to nothing', (t) => {
  const a = tensor('float32', [2, 1], [1, NaN]);
  const b = tensor('float32', [3], [0, 1, NaN]);
  t.deepEqual(numbers(run(ops.equal, [a, b], {})), [0, 1, 0, 0, 0, 0]);
  t.deepEqual(numbers(run(ops.greaterOrEqual, [a, b], {})), [1, 1, 0, 0, 0, 0]);
  t.is(run(ops.less, [a, b], {}).type.dtype, 'bool');
});

test('comparisons of 64-bit integers are exact', (t) => {
  const a = tensor('int64', [2], [2n ** 62n + 1n, -1n]);
  const b = tensor('int64', [2], [2n ** 62n, 1n]);
  t.deepEqual(numbers(run(ops.greater, [a, b], {})), [1, 0]);
  t.deepEqual(numbers(run(ops.equal, [a, b], {})), [0, 0]);
});

test('bitwise operators on integers and bools', (t) => {
  const a = tensor('int8', [2], [-1, 12]);
  const b = tensor('int8', [2], [85, 10]);
  t.deepEqual(numbers(run(ops.bitwiseAnd, [a, b], {})), [85, 8]);
  t.deepEqual(numbers(run(ops.bitwiseXor, [a, b], {})), [-86, 6]);
  t.deepEqual(numbers(run(ops.bitwiseNot, [tensor('bool', [2], [0, 1])], {})), [1, 0]);
  t.throws(() => run(ops.bitwiseOr, [tensor('float32', [1]), tensor('float32', [1])], {}), {
    instanceOf: ShapeError,
  });
});

test('a shift by the width or more gives 0', (t) => {
  const a = tensor('uint8', [4], [1, 255, 255, 255]);
  const b = tensor('uint8', [4], [7, 8, 4, 200]);
  t.deepEqual(numbers(run(ops.bitShift, [a, b], { direction: 'left' })), [128, 0, 240, 0]);
  t.deepEqual(numbers(run(ops.bitShift, [a, b], { direction: 'right' })), [0, 0, 15, 0]);
});

for (const [rounding, expected] of [
  ['floor', [1, 2, -2, -1, 0]],
  ['truncate', [1, -1, 1, -1, 0]],
] as const) {
  test(`remainders of a quotient that is rounded by ${rounding}`, (t) => {
    for (const dtype of ['int8', 'int32', 'int64', 'float32'] as const) {
      const a = tensor(dtype, [5], [7, -7, 7, -7, 5]);
      const b = tensor(dtype, [5], [3, 3, -3, -3, 5]);
      t.deepEqual(
        numbers(run(ops.modulo, [a, b], { dtype, rounding })).map((x) => x + 0),
        [...expected],
      );
    }
  });
}

test('integers modulo 0 are 0', (t) => {
  const [a, b] = [tensor('int32', [1], [7]), tensor('int32', [1], [0])];
  t.deepEqual(numbers(run(ops.modulo, [a, b], { dtype: 'int32', rounding: 'floor' })), [0]);
});

test('extremes and products of no elements', (t) => {
  const none = tensor('float32', [0, 2]);
  const attributes = { axes: [0], keepDims: false };
  t.deepEqual(numbers(run(ops.reduceMax, [none], attributes)), [-Infinity, -Infinity]);
  t.deepEqual(numbers(run(ops.reduceMin, [none], attributes)), [Infinity, Infinity]);
  t.deepEqual(numbers(run(ops.reduceProd, [none], attributes)), [1, 1]);
  t.deepEqual(numbers(run(ops.reduceMax, [tensor('int8', [0])], attributes)), [-128]);
});

test('pads that wrap, also more than once, and pads that mirror the edge', (t) => {
  const x = tensor('int8', [3], [1, 2, 3]);
  const padded = (mode: 'wrap' | 'symmetric', pads: number[]): number[] =>
    numbers(run(ops.pad, [x], { pads, value: 0, mode }));
  t.deepEqual(padded('wrap', [2, 4]), [2, 3, 1, 2, 3, 1, 2, 3, 1]);
  t.deepEqual(padded('symmetric', [2, 3]), [2, 1, 1, 2, 3, 3, 2, 1]);
  t.throws(() => padded('symmetric', [4, 0]), { instanceOf: ShapeError });
});

test('indices of gather_elements count from the end where negative; outside they are an error', (t) => {
  const x = tensor('int16', [2, 2], [1, 2, 3, 4]);
  t.deepEqual(
    numbers(run(ops.gatherElements, [x, tensor('int64', [2, 2], [0, 0, -1, -2])], { axis: 1 })),
    [1, 1, 4, 3],
  );
  t.throws(() => run(ops.gatherElements, [x, tensor('int64', [1, 1], [2])], { axis: 1 }), {
    instanceOf: ShapeError,
  });
});
