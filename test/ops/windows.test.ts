import test from 'ava';
import { ops, tensor } from 'match-compiler';
import { integerSource, numbers, randomTensor, run } from './run-operator.ts';

/** Positions of a window in one line of `extent` elements. */
function taps(
  output: number,
  extent: number,
  kernel: number,
  stride: number,
  dilation: number,
  pad: number,
): number[] {
  return Array.from({ length: kernel }, (_, k) => output * stride - pad + k * dilation).filter(
    (position) => position >= 0 && position < extent,
  );
}

test('dilated means, norms and places equal their definitions', (t) => {
  const next = integerSource(5);
  for (let round = 0; round < 200; round++) {
    const [height, width] = [next(5, 8), next(5, 8)];
    const kernel = [next(1, 3), next(1, 3)];
    const dilations = [next(1, 2), next(1, 2)];
    const strides = [next(1, 3), next(1, 3)];
    const reach = kernel.map((k, i) => (dilations[i] ?? 1) * (k - 1));
    const pads = [0, 1, 0, 1].map((i) => next(0, reach[i] ?? 0));
    const form = { kernel, dilations, strides, pads, ceilMode: next(0, 1) === 1 };
    const x = randomTensor('float64', [1, 1, height, width], next, -9, 9);
    const largest = run(ops.maxPool2d, [x], form);
    const [, , rows = 0, columns = 0] = largest.type.shape;
    const windows = Array.from({ length: rows * columns }, (_, at) => {
      const along = (axis: 0 | 1): number[] =>
        taps(
          axis === 0 ? Math.floor(at / columns) : at % columns,
          axis === 0 ? height : width,
          kernel[axis] ?? 1,
          strides[axis] ?? 1,
          dilations[axis] ?? 1,
          pads[axis] ?? 0,
        );
      return along(0).flatMap((h) => along(1).map((w) => h * width + w));
    });
    const values = windows.map((window) => window.map((at) => Number(x.data[at])));
    const message = JSON.stringify(form);
    const mean = run(ops.averagePool2d, [x], { ...form, countIncludePad: false, rounding: 'float' });
    t.deepEqual(
      numbers(mean),
      values.map((window) => (window.length === 0 ? 0 : window.reduce((a, b) => a + b, 0) / window.length)),
      message,
    );
    for (const p of [1, 2]) {
      const norm = numbers(run(ops.lpPool2d, [x], { ...form, p }));
      values.forEach((window, i) => {
        const sum = window.reduce((total, value) => total + Math.abs(value) ** p, 0);
        t.true(Math.abs((norm[i] ?? NaN) - sum ** (1 / p)) < 1e-12, message);
      });
    }
    for (const columnMajor of [false, true]) {
      const attributes = { ...form, columnMajor };
      const types = ops.maxPool2dIndices.infer([x.type], attributes);
      const [found, places] = ops.maxPool2dIndices.evaluate([x], attributes, types);
      t.deepEqual(Array.from(found ?? [], Number), numbers(largest));
      windows.forEach((window, i) => {
        const own = Number(places?.[i]);
        const best = window.find((at) => Number(x.data[at]) === Number(found?.[i]));
        const place =
          best === undefined ? -1 : columnMajor ? (best % width) * height + Math.floor(best / width) : best;
        t.is(own, place, message);
      });
    }
  }
});

test('places count through batch and channels', (t) => {
  const x = tensor('int8', [2, 2, 1, 2], [1, 5, 7, 3, 0, 0, -1, -2]);
  const attributes = {
    kernel: [1, 2],
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    dilations: [1, 1],
    ceilMode: false,
    columnMajor: false,
  };
  const [, places] = ops.maxPool2dIndices.evaluate(
    [x],
    attributes,
    ops.maxPool2dIndices.infer([x.type], attributes),
  );
  t.deepEqual(Array.from(places ?? [], Number), [1, 2, 4, 6]);
});

test('local response normalisation takes the channels that exist', (t) => {
  const x = tensor('float64', [1, 4, 1], [1, 2, 3, 4]);
  const result = numbers(run(ops.lrn, [x], { size: 3, alpha: 3, beta: 1, bias: 2 }));
  // 1/(2 + 1 + 4), 2/(2 + 1 + 4 + 9), …
  t.deepEqual(result, [1 / 7, 2 / 16, 3 / 31, 4 / 27]);
  // Of an even size the further channel is behind.
  const even = numbers(run(ops.lrn, [x], { size: 2, alpha: 2, beta: 1, bias: 0 }));
  t.deepEqual(even, [1 / 5, 2 / 13, 3 / 25, 4 / 16]);
});

test('layer_norm: mean 0, variance 1, then scale and bias', (t) => {
  const x = tensor('float64', [2, 2, 2], [1, 10, 3, 14, 0, 0, 0, 0]);
  const plain = numbers(run(ops.layerNorm, [x], { axis: 1, epsilon: 0.25 }));
  // Deviations 1 and 2, with the quarter √1.25 and √4.25; rows of one value stay 0.
  const [one, two] = [1 / Math.sqrt(1.25), 2 / Math.sqrt(4.25)];
  t.deepEqual(plain, [-one, -two, one, two, 0, 0, 0, 0]);
  const scale = tensor('float64', [2, 1], [10, 100]);
  const bias = tensor('float64', [2], [7, 8]);
  const scaled = numbers(run(ops.layerNorm, [x, scale, bias], { axis: 1, epsilon: 0.25 }));
  t.deepEqual(scaled, [-10 * one + 7, -10 * two + 8, 100 * one + 7, 100 * two + 8, 7, 8, 7, 8]);
  t.throws(() => run(ops.layerNorm, [x, tensor('float64', [3])], { axis: 1, epsilon: 0 }), {
    message: /do not broadcast/,
  });
});
