import test from 'ava';
import { isOp, ops, stridesOf, tensor, type Conv2dAttributes, type Tensor } from 'match-compiler';
import { integerSource, numbers, randomTensor, run } from './run-operator.ts';

const plain: Conv2dAttributes = {
  strides: [1, 1],
  dilations: [1, 1],
  pads: [0, 0, 0, 0],
  groups: 1,
  inputZeroPoint: 0,
  weightZeroPoint: 0,
  accumulator: 'int32',
};

/** The definition of convolution, one output element at a time, in unbounded integers. */
function convolutionReference(x: Tensor, w: Tensor, bias: Tensor | undefined, a: Conv2dAttributes): bigint[] {
  const [batch = 0, , height = 0, width = 0] = x.type.shape;
  const [filters = 0, perGroup = 0, kh = 0, kw = 0] = w.type.shape;
  const [top = 0, left = 0, bottom = 0, right = 0] = a.pads;
  const [strideH = 1, strideW = 1] = a.strides;
  const [dilationH = 1, dilationW = 1] = a.dilations;
  const outH = Math.floor((height + top + bottom - dilationH * (kh - 1) - 1) / strideH) + 1;
  const outW = Math.floor((width + left + right - dilationW * (kw - 1) - 1) / strideW) + 1;
  const [xs, ws] = [stridesOf(x.type.shape), stridesOf(w.type.shape)];
  const at = (value: Tensor, strides: number[], index: number[]): bigint =>
    BigInt(value.data[index.reduce((sum, i, axis) => sum + i * (strides[axis] ?? 0), 0)] ?? 0);
  const result: bigint[] = [];
  for (let n = 0; n < batch; n++) {
    for (let f = 0; f < filters; f++) {
      for (let oh = 0; oh < outH; oh++) {
        for (let ow = 0; ow < outW; ow++) {
          let sum = BigInt(bias?.data[f] ?? 0);
          for (let c = 0; c < perGroup; c++) {
            for (let i = 0; i < kh; i++) {
              for (let j = 0; j < kw; j++) {
                const h = oh * strideH - top + i * dilationH;
                const v = ow * strideW - left + j * dilationW;
                if (h < 0 || h >= height || v < 0 || v >= width) continue;
                const channel = Math.floor(f / (filters / a.groups)) * perGroup + c;
                const factor = at(x, xs, [n, channel, h, v]) - BigInt(a.inputZeroPoint);
                sum += factor * (at(w, ws, [f, c, i, j]) - BigInt(a.weightZeroPoint));
              }
            }
          }
          result.push(BigInt.asIntN(a.accumulator === 'int32' ? 32 : 64, sum));
        }
      }
    }
  }
  return result;
}

test('conv2d by hand', (t) => {
  const x = tensor('int8', [1, 1, 3, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const w = tensor('int8', [1, 1, 2, 2], [1, 0, 0, -1]);
  const bias = tensor('int32', [1], [100]);
  const rows: { change: Partial<Conv2dAttributes>; expected: number[] }[] = [
    { change: {}, expected: [96, 96, 96, 96] },
    { change: { strides: [2, 2] }, expected: [96] },
    { change: { dilations: [2, 2] }, expected: [92] },
    { change: { pads: [1, 1, 0, 0] }, expected: [99, 98, 97, 96, 96, 96, 93, 96, 96] },
    // Padding is the zero point in the input's scale: it adds nothing.
    { change: { pads: [1, 1, 0, 0], strides: [3, 3], inputZeroPoint: 10 }, expected: [109] },
    {
      change: { weightZeroPoint: 1 },
      expected: [100 - 2 - 4 - 2 * 5, 100 - 3 - 5 - 2 * 6, 100 - 5 - 7 - 2 * 8, 100 - 6 - 8 - 2 * 9],
    },
  ];
  for (const { change, expected } of rows) {
    t.deepEqual(
      numbers(run(ops.conv2d, [x, w, bias], { ...plain, ...change })),
      expected,
      JSON.stringify(change),
    );
  }
});

test('conv2d equals its definition on random shapes', (t) => {
  const next = integerSource(1);
  const types = ['int8', 'uint8', 'int16'] as const;
  const range = {
    int8: { min: -128, max: 127 },
    uint8: { min: 0, max: 255 },
    int16: { min: -32768, max: 32767 },
  };
  for (let round = 0; round < 150; round++) {
    const groups = next(1, 3);
    const perGroup = next(1, 3);
    const filters = groups * next(1, 3);
    const kernel = [next(1, 3), next(1, 3)];
    const dtype = types[next(0, 2)] ?? 'int8';
    const weightType = types[next(0, 2)] ?? 'int8';
    const attributes: Conv2dAttributes = {
      strides: [next(1, 3), next(1, 3)],
      dilations: [next(1, 2), next(1, 2)],
      pads: [next(0, 3), next(0, 3), next(0, 3), next(0, 3)],
      groups,
      inputZeroPoint: next(range[dtype].min, range[dtype].max),
      weightZeroPoint: next(range[weightType].min, range[weightType].max),
      accumulator: next(0, 1) === 0 ? 'int32' : 'int64',
    };
    const x = randomTensor(
      dtype,
      [next(1, 2), groups * perGroup, next(5, 8), next(5, 8)],
      next,
      range[dtype].min,
      range[dtype].max,
    );
    const w = randomTensor(
      weightType,
      [filters, perGroup, ...kernel],
      next,
      range[weightType].min,
      range[weightType].max,
    );
    const bias =
      next(0, 1) === 0 ? undefined : randomTensor(attributes.accumulator, [filters], next, -1e6, 1e6);
    const actual = run(ops.conv2d, bias ? [x, w, bias] : [x, w], attributes);
    const expected = convolutionReference(x, w, bias, attributes);
    t.deepEqual(
      Array.from(actual.data as ArrayLike<number | bigint>, BigInt),
      expected,
      JSON.stringify(attributes),
    );
  }
});

test('conv2d: int32 operands wrap in int32 and are exact in int64', (t) => {
  const x = tensor('int32', [1, 1, 1, 2], [2 ** 31 - 1, -(2 ** 31)]);
  const w = tensor('int16', [1, 1, 1, 2], [32767, -32768]);
  for (const accumulator of ['int32', 'int64'] as const) {
    const attributes = { ...plain, inputZeroPoint: -5, accumulator };
    const actual = run(ops.conv2d, [x, w], attributes);
    t.deepEqual(
      Array.from(actual.data as ArrayLike<number | bigint>, BigInt),
      convolutionReference(x, w, undefined, attributes),
    );
  }
});

test('float32 convolution rounds after every product and sum, from the bias on', (t) => {
  const x = tensor('float32', [1, 2, 1, 2], [1e8, 1, -1e8, 3]);
  const w = tensor('float32', [1, 2, 1, 2], [1, 1.1, 1, 0.1]);
  const bias = tensor('float32', [1], [0.3]);
  const { fround } = Math;
  let sum = fround(0.3);
  for (const [a, b] of [
    [1e8, 1],
    [1, fround(1.1)],
    [-1e8, 1],
    [3, fround(0.1)],
  ] as const) {
    sum = fround(sum + fround(a * b));
  }
  t.deepEqual(numbers(run(ops.conv2d, [x, w, bias], { ...plain, accumulator: 'float32' })), [sum]);
});

test('padding of a float convolution is left out, not multiplied', (t) => {
  const x = tensor('float32', [1, 1, 1, 1], [2]);
  const w = tensor('float32', [1, 1, 1, 3], [Infinity, 3, NaN]);
  t.deepEqual(
    numbers(run(ops.conv2d, [x, w], { ...plain, pads: [0, 1, 0, 1], accumulator: 'float32' })),
    [6],
  );
});

test('conv2d counts its multiply-accumulates', (t) => {
  const inputs = [
    { dtype: 'int8', shape: [1, 8, 10, 10] },
    { dtype: 'int8', shape: [16, 4, 3, 3] },
  ] as const;
  const attributes = { ...plain, groups: 2, pads: [1, 1, 1, 1] };
  const outputs = ops.conv2d.infer(inputs, attributes);
  t.deepEqual(outputs, [{ dtype: 'int32', shape: [1, 16, 10, 10] }]);
  t.is(ops.conv2d.macs?.(inputs, outputs, attributes), 16 * 100 * 4 * 9);
  t.false(isOp(undefined, ops.conv2d));
});

test('dense: zero points, bias, accumulator', (t) => {
  const x = tensor('int8', [2, 3], [1, 2, 3, -4, -5, -6]);
  const w = tensor('uint8', [2, 3], [1, 0, 2, 255, 7, 9]);
  const bias = tensor('int32', [2], [10, -10]);
  const attributes = { inputZeroPoint: 1, weightZeroPoint: 2, accumulator: 'int32' } as const;
  const rows = [
    [1, 2, 3],
    [-4, -5, -6],
  ].map((row) =>
    [
      [1, 0, 2],
      [255, 7, 9],
    ].map((weights, n) =>
      row.reduce((sum, value, k) => sum + (value - 1) * ((weights[k] ?? 0) - 2), n === 0 ? 10 : -10),
    ),
  );
  t.deepEqual(numbers(run(ops.dense, [x, w, bias], attributes)), rows.flat());
  const types = ops.dense.infer([x.type, w.type], attributes);
  t.is(ops.dense.macs?.([x.type, w.type], types, attributes), 12);
  const wide = run(
    ops.dense,
    [
      tensor('int16', [1, 2], [-32768, 32767]),
      tensor('int8', [1, 2], [-128, 127]),
      tensor('int64', [1], [2n ** 40n]),
    ],
    {
      inputZeroPoint: 0,
      weightZeroPoint: 0,
      accumulator: 'int64',
    },
  );
  t.deepEqual([...(wide.data as BigInt64Array)], [2n ** 40n + 32768n * 128n + 32767n * 127n]);
});

test('matmul broadcasts like numpy', (t) => {
  const attributes = { aZeroPoint: 0, bZeroPoint: 0, accumulator: 'int32' } as const;
  const counting = (shape: number[]): Tensor =>
    tensor(
      'int16',
      shape,
      Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i + 1),
    );
  const rows: { a: number[]; b: number[]; shape: number[] }[] = [
    { a: [2, 3], b: [3, 4], shape: [2, 4] },
    { a: [3], b: [3, 4], shape: [4] },
    { a: [2, 3], b: [3], shape: [2] },
    { a: [3], b: [3], shape: [] },
    { a: [5, 1, 2, 3], b: [4, 3, 2], shape: [5, 4, 2, 2] },
    { a: [2, 3], b: [4, 3, 2], shape: [4, 2, 2] },
    { a: [3], b: [2, 3, 2], shape: [2, 2] },
  ];
  for (const { a, b, shape } of rows) {
    const [left, right] = [counting(a), counting(b)];
    const product = run(ops.matmul, [left, right], attributes);
    t.deepEqual(product.type.shape, shape);
    t.deepEqual(numbers(product), matmulReference(left, right), `${a.join()} × ${b.join()}`);
  }
});

/** Products of 2-D slices, batch indices taken modulo the (equal or 1) extents. */
function matmulReference(a: Tensor, b: Tensor): number[] {
  const left = a.type.shape.length === 1 ? [1, ...a.type.shape] : [...a.type.shape];
  const right = b.type.shape.length === 1 ? [...b.type.shape, 1] : [...b.type.shape];
  const rank = Math.max(left.length, right.length);
  while (left.length < rank) left.unshift(1);
  while (right.length < rank) right.unshift(1);
  const [sa, sb] = [stridesOf(left), stridesOf(right)];
  const extents = left.map((extent, axis) => Math.max(extent, right[axis] ?? 1));
  extents[rank - 2] = left[rank - 2] ?? 1;
  extents[rank - 1] = right[rank - 1] ?? 1;
  const depth = left[rank - 1] ?? 0;
  const result: number[] = [];
  const total = extents.reduce((p, e) => p * e, 1);
  const so = stridesOf(extents);
  for (let flat = 0; flat < total; flat++) {
    const index = extents.map((extent, axis) => Math.floor(flat / (so[axis] ?? 1)) % extent);
    let sum = 0;
    for (let k = 0; k < depth; k++) {
      const offset = (shape: number[], strides: number[], last: [number, number]): number =>
        shape.reduce((o, extent, axis) => {
          const i = axis >= rank - 2 ? last[axis - rank + 2] : extent === 1 ? 0 : index[axis];
          return o + (i ?? 0) * (strides[axis] ?? 0);
        }, 0);
      const i = index[rank - 2] ?? 0;
      const j = index[rank - 1] ?? 0;
      sum += Number(a.data[offset(left, sa, [i, k])]) * Number(b.data[offset(right, sb, [k, j])]);
    }
    result.push(sum);
  }
  return result;
}
