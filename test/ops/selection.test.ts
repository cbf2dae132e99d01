import test from 'ava';
import { ops, ShapeError, tensor, type ArgExtremeAttributes } from 'match-compiler';
import { integerSource, numbers, randomTensor, run } from './run-operator.ts';

const along: ArgExtremeAttributes = { axis: 1, keepDims: false, lastIndex: false, dtype: 'int64' };

test('arg_max and arg_min: first and last of equals, NaN before all numbers', (t) => {
  const x = tensor('float32', [3, 4], [1, 3, 3, 1, NaN, 2, NaN, 0, -Infinity, 5, -Infinity, 5]);
  t.deepEqual(numbers(run(ops.argMax, [x], along)), [1, 0, 1]);
  t.deepEqual(numbers(run(ops.argMax, [x], { ...along, lastIndex: true })), [2, 2, 3]);
  t.deepEqual(numbers(run(ops.argMin, [x], along)), [0, 0, 0]);
  t.deepEqual(numbers(run(ops.argMin, [x], { ...along, lastIndex: true })), [3, 2, 2]);
});

test('arg_max sees every bit of 64-bit integers and counts along any axis', (t) => {
  const wide = tensor('int64', [1, 3], [2n ** 62n, 2n ** 62n + 1n, 2n ** 62n]);
  t.deepEqual(numbers(run(ops.argMax, [wide], along)), [1]);
  const x = tensor('int8', [2, 2, 2], [1, 8, 5, 2, 3, 4, 9, 0]);
  const kept = run(ops.argMax, [x], { ...along, keepDims: true, dtype: 'int32' });
  t.deepEqual(kept.type, { dtype: 'int32', shape: [2, 1, 2] });
  t.deepEqual(numbers(kept), [1, 0, 1, 0]);
});

test('nothing to choose from', (t) => {
  const empty = { dtype: 'int8', shape: [2, 0] } as const;
  t.throws(() => ops.argMax.infer([empty], along), {
    instanceOf: ShapeError,
    message: /no element to choose/,
  });
  t.deepEqual(numbers(run(ops.argMax, [tensor('int8', [0, 3])], along)), []);
  t.throws(() => ops.topK.infer([empty], { axis: 1, k: 1, largest: true }), { message: /1 of 0 elements/ });
  t.deepEqual(numbers(run(ops.topK, [tensor('int8', [2, 3])], { axis: 1, k: 0, largest: true })), []);
});

test('top_k is the head of a stable sort', (t) => {
  const next = integerSource(11);
  for (let round = 0; round < 100; round++) {
    const extent = next(1, 9);
    const k = next(0, extent);
    const largest = round % 2 === 0;
    const x = randomTensor('int64', [2, extent, 3], next, -4, 4);
    const types = ops.topK.infer([x.type], { axis: 1, k, largest });
    const [values, indices] = ops.topK.evaluate([x], { axis: 1, k, largest }, types);
    for (let lane = 0; lane < 6; lane++) {
      const [block, inner] = [Math.floor(lane / 3), lane % 3];
      const element = (i: number): number => Number(x.data[(block * extent + i) * 3 + inner]);
      const order = Array.from({ length: extent }, (_, i) => i)
        .sort((i, j) => (largest ? element(j) - element(i) : element(i) - element(j)) || i - j)
        .slice(0, k);
      const at = (i: number): number => (block * k + i) * 3 + inner;
      t.deepEqual(
        order.map((_, i) => Number(indices?.[at(i)])),
        order,
      );
      t.deepEqual(
        order.map((_, i) => Number(values?.[at(i)])),
        order.map(element),
      );
    }
  }
});

test('top_k takes NaN as the largest number', (t) => {
  const x = tensor('float32', [4], [1, NaN, Infinity, -2]);
  t.deepEqual(numbers(run(ops.topK, [x], { axis: 0, k: 3, largest: true })), [NaN, Infinity, 1]);
  t.deepEqual(numbers(run(ops.topK, [x], { axis: 0, k: 4, largest: false })), [-2, 1, Infinity, NaN]);
});

test('resample is a product with the matrix of its tables', (t) => {
  const x = tensor('float32', [2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  const positions = tensor('int32', [2, 2], [0, 2, 1, 1]);
  const weights = tensor('float32', [2, 2], [0.5, 0.25, 1, -1]);
  const offset = tensor('float32', [2], [0, 100]);
  const result = run(ops.resample, [x, positions, weights, offset], { axis: 1 });
  t.deepEqual(result.type.shape, [2, 2, 2]);
  t.deepEqual(numbers(result), [1.75, 2.5, 100, 100, 6.25, 7, 100, 100]);
  const outside = tensor('int32', [2, 2], [0, 3, 1, 1]);
  t.throws(() => run(ops.resample, [x, outside, weights], { axis: 1 }), {
    message: /position 3 on an axis of 3/,
  });
  t.throws(() => ops.resample.infer([x.type, positions.type, offset.type], { axis: 1 }), {
    instanceOf: ShapeError,
  });
});

test('dynamic_quantize: the range holds zero and every element, to half a step', (t) => {
  const next = integerSource(3);
  for (const [low, high] of [
    [-700, 900],
    [5, 900],
    [-900, -5],
    [0, 0],
  ] as const) {
    const x = randomTensor('float32', [50], next, low, high);
    const types = ops.dynamicQuantize.infer([x.type], {});
    const [q, scales, zeros] = ops.dynamicQuantize.evaluate([x], {}, types);
    const [scale, zero] = [Number(scales?.[0]), Number(zeros?.[0])];
    t.true(zero >= 0 && zero <= 255 && scale > 0);
    numbers(x).forEach((value, i) => {
      t.true(Math.abs((Number(q?.[i]) - zero) * scale - value) <= scale * 0.5001 + 1e-6);
    });
  }
});

test('cum_sum: along any axis, from either end, wrapping and rounding in the type', (t) => {
  const x = tensor('int32', [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 2 ** 31 - 1]);
  const forwards = { axis: 0, exclusive: false, reverse: false };
  t.deepEqual(numbers(run(ops.cumSum, [x], forwards)), [1, 2, 3, 4, 6, 8, 10, -(2 ** 31) + 3]);
  t.deepEqual(numbers(run(ops.cumSum, [x], { axis: 1, exclusive: true, reverse: true })), [
    3,
    4,
    0,
    0,
    7,
    2 ** 31 - 1,
    0,
    0,
  ]);
  const floats = tensor('float32', [3], [2 ** 24, 1, 1]);
  t.deepEqual(numbers(run(ops.cumSum, [floats], forwards)), [2 ** 24, 2 ** 24, 2 ** 24]);
  const wide = tensor('uint64', [2], [2n ** 64n - 1n, 2n]);
  t.deepEqual([...run(ops.cumSum, [wide], forwards).data], [2n ** 64n - 1n, 1n]);
});
