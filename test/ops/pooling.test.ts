import test from 'ava';
import {
  ops,
  tensor,
  type AveragePool2dAttributes,
  type MaxPool2dAttributes,
  type Tensor,
} from 'match-compiler';
import { integerSource, numbers, randomTensor, run } from './run-operator.ts';

type Geometry = {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly ceilMode: boolean;
};

interface Window {
  readonly values: number[];
  /** Positions in the input and its padding. */
  readonly padded: number;
}

/** Windows of a [1,1,H,W] tensor by the definition of ONNX pooling. */
function windows(x: Tensor, { kernel, strides, pads, dilations, ceilMode }: Geometry): Window[] {
  const extent = (i: 0 | 1): number => x.type.shape[i + 2] ?? 0;
  const outputs = ([0, 1] as const).map((i) => {
    const room =
      extent(i) + (pads[i] ?? 0) + (pads[i + 2] ?? 0) - (dilations[i] ?? 1) * ((kernel[i] ?? 1) - 1) - 1;
    const count = (ceilMode ? Math.ceil : Math.floor)(room / (strides[i] ?? 1)) + 1;
    return ceilMode && (count - 1) * (strides[i] ?? 1) >= extent(i) + (pads[i] ?? 0) ? count - 1 : count;
  });
  const result: Window[] = [];
  for (let oh = 0; oh < (outputs[0] ?? 0); oh++) {
    for (let ow = 0; ow < (outputs[1] ?? 0); ow++) {
      const values: number[] = [];
      let padded = 0;
      for (let i = 0; i < (kernel[0] ?? 1); i++) {
        for (let j = 0; j < (kernel[1] ?? 1); j++) {
          const h = oh * (strides[0] ?? 1) - (pads[0] ?? 0) + i * (dilations[0] ?? 1);
          const w = ow * (strides[1] ?? 1) - (pads[1] ?? 0) + j * (dilations[1] ?? 1);
          if (h < extent(0) + (pads[2] ?? 0) && w < extent(1) + (pads[3] ?? 0)) padded++;
          if (h >= 0 && w >= 0 && h < extent(0) && w < extent(1))
            values.push(Number(x.data[h * extent(1) + w]));
        }
      }
      result.push({ values, padded });
    }
  }
  return result;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

test('pools equal their definition on random windows', (t) => {
  const next = integerSource(2);
  for (let round = 0; round < 300; round++) {
    const kernel = [next(1, 4), next(1, 4)];
    const dilations = [next(1, 2), next(1, 2)];
    const reach = kernel.map((k, i) => (dilations[i] ?? 1) * (k - 1) + 1);
    const geometry: Geometry = {
      kernel,
      dilations,
      strides: [next(1, 4), next(1, 4)],
      pads: [0, 1, 0, 1].map((i) => next(0, Math.min(2, (reach[i] ?? 1) - 1))),
      ceilMode: next(0, 1) === 1,
    };
    const x = randomTensor('int8', [1, 1, next(7, 9), next(7, 9)], next, -128, 127);
    const dilated = windows(x, geometry);
    t.deepEqual(
      numbers(run(ops.maxPool2d, [x], geometry satisfies MaxPool2dAttributes)),
      dilated.map(({ values }) => Math.max(-128, ...values)),
      JSON.stringify(geometry),
    );
    const undilated: Geometry = {
      ...geometry,
      dilations: [1, 1],
      pads: geometry.pads.map((pad, i) => Math.min(pad, (kernel[i % 2] ?? 1) - 1)),
    };
    const plain = windows(x, undilated);
    const { dilations: _, ...attributes } = undilated;
    t.deepEqual(
      numbers(run(ops.sumPool2d, [x], { ...attributes, inputZeroPoint: -7 })),
      plain.map(({ values }) => sum(values) + 7 * values.length),
      JSON.stringify(undilated),
    );
    for (const countIncludePad of [false, true]) {
      const count = (window: Window): number => (countIncludePad ? window.padded : window.values.length);
      const average = (rounding: AveragePool2dAttributes['rounding'], input: Tensor): number[] =>
        numbers(run(ops.averagePool2d, [input], { ...attributes, countIncludePad, rounding }));
      t.deepEqual(
        average('floor', x),
        plain.map((window) => Math.floor(sum(window.values) / count(window))),
      );
      t.deepEqual(
        average('half-away', x),
        plain.map((window) => {
          const mean = Math.abs(sum(window.values)) / count(window);
          return Math.sign(sum(window.values)) * Math.floor(mean + 0.5) + 0;
        }),
      );
      t.deepEqual(
        average('float', tensor('float32', x.type.shape, numbers(x))),
        plain.map((window) => Math.fround(sum(window.values) / count(window))),
      );
    }
  }
});

const square = { kernel: [3, 3], strides: [2, 2], dilations: [1, 1] };

test('the mean of a pool with a zero point is the mean of the moved elements, moved back', (t) => {
  const moved = Array.from({ length: 36 }, (_, i) => ((i * 37) % 255) - 120);
  const x = tensor('int8', [1, 1, 6, 6], moved);
  const unsigned = tensor(
    'uint8',
    [1, 1, 6, 6],
    moved.map((value) => value + 128),
  );
  const window = { kernel: [2, 3], strides: [1, 2], pads: [1, 1, 0, 1], ceilMode: true };
  for (const rounding of ['half-away', 'floor'] as const) {
    for (const countIncludePad of [false, true]) {
      const attributes = { ...window, rounding, countIncludePad };
      t.deepEqual(
        numbers(run(ops.averagePool2d, [unsigned], { ...attributes, zeroPoint: 128 })),
        numbers(run(ops.averagePool2d, [x], attributes)).map((value) => value + 128),
      );
    }
  }
});

test('known pools: ceil mode and padding', (t) => {
  const x = tensor(
    'float32',
    [1, 1, 4, 4],
    Array.from({ length: 16 }, (_, i) => i + 1),
  );
  const max = (pads: number[], ceilMode: boolean): number[] =>
    numbers(run(ops.maxPool2d, [x], { ...square, pads, ceilMode }));
  t.deepEqual(max([0, 0, 0, 0], true), [11, 12, 15, 16]);
  t.deepEqual(max([0, 0, 0, 0], false), [11]);
  t.deepEqual(max([1, 1, 1, 1], false), [6, 8, 14, 16]);
  // Stride 2 over 3 positions with ceil mode: a second window of one position would start past the input.
  const single = tensor('int8', [1, 1, 1, 3], [-5, -6, -7]);
  const attributes = {
    kernel: [1, 1],
    strides: [1, 2],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    ceilMode: true,
  };
  t.deepEqual(numbers(run(ops.maxPool2d, [single], attributes)), [-5, -7]);
  t.deepEqual(numbers(run(ops.maxPool2d, [single], { ...attributes, strides: [1, 3] })), [-5]);
});

test('integer means: ties away from zero, or down', (t) => {
  const rows = [
    { values: [1, 2], away: 2, floor: 1 },
    { values: [-1, -2], away: -2, floor: -2 },
    { values: [-1, 0], away: -1, floor: -1 },
    { values: [0, 1], away: 1, floor: 0 },
    { values: [-1, 0, 0], away: 0, floor: -1 },
    { values: [-2, 0, 0], away: -1, floor: -1 },
    { values: [127, 127], away: 127, floor: 127 },
    { values: [-128, -128], away: -128, floor: -128 },
  ];
  for (const { values, away, floor } of rows) {
    const x = tensor('int8', [1, 1, 1, values.length], values);
    const attributes = {
      kernel: [1, values.length],
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      ceilMode: false,
      countIncludePad: false,
    };
    t.is(
      numbers(run(ops.averagePool2d, [x], { ...attributes, rounding: 'half-away' }))[0],
      away,
      values.join(),
    );
    t.is(numbers(run(ops.averagePool2d, [x], { ...attributes, rounding: 'floor' }))[0], floor, values.join());
  }
});
