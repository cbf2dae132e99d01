import test from 'ava';
import { tfliteModel, type ModelSpec, type TensorSpec } from '../support/tflite-model.ts';
import { diagnosticOf, evaluate, importModel, operatorsOf } from './import-model.ts';

/** Functions of int16, which TFLite takes from tables: within 4 steps of 2^−15 of the real ones. */

const sixteen = (scale: number, ...shape: readonly number[]): TensorSpec => ({
  type: 'int16',
  shape,
  scale,
  zeroPoint: 0,
});

function model(op: 'LOGISTIC' | 'TANH' | 'SOFTMAX', scale: number, count: number, out = 2 ** -15): ModelSpec {
  return {
    tensors: { x: sixteen(scale, 1, count), y: sixteen(out, 1, count) },
    operators: [{ op, inputs: ['x'], outputs: ['y'] }],
    inputs: ['x'],
    outputs: ['y'],
  };
}

const integers = Array.from({ length: 257 }, (_, i) =>
  Math.max(-32768, Math.min(32767, (i - 128) * 256 + (i % 7))),
);

const functions = {
  LOGISTIC: (x: number): number => 1 / (1 + Math.exp(-x)),
  TANH: Math.tanh,
} as const;

for (const op of ['LOGISTIC', 'TANH'] as const) {
  for (const scale of [2 ** -12, 2 ** -11, 0.0003, 0.0001]) {
    test(`${op} of int16 with the scale ${scale}`, (t) => {
      const graph = importModel(tfliteModel(model(op, scale, integers.length)));
      t.deepEqual(operatorsOf(graph), ['quantized_sigmoid']);
      evaluate(graph, [integers]).forEach((value, i) => {
        const real = 32768 * functions[op](scale * (integers[i] ?? 0));
        const wanted = Math.max(-32768, Math.min(32767, real));
        t.true(Math.abs(value - wanted) <= 4, `${integers[i]} gives ${value} instead of ${wanted}`);
      });
    });
  }
}

test('SOFTMAX of int16', (t) => {
  const x = [0, 1000, -3000, 12000, 11000, -32768, 32767, 30000];
  const graph = importModel(tfliteModel(model('SOFTMAX', 1e-4, x.length)));
  t.deepEqual(operatorsOf(graph), ['quantized_softmax16']);
  const powers = x.map((value) => Math.exp(1e-4 * value));
  const sum = powers.reduce((total, value) => total + value, 0);
  evaluate(graph, [x]).forEach((value, i) => {
    const wanted = (32768 * (powers[i] ?? 0)) / sum;
    t.true(Math.abs(value - wanted) <= 4, `${value} instead of ${wanted}`);
  });
});

for (const op of ['LOGISTIC', 'TANH', 'SOFTMAX'] as const) {
  test(`${op} of int16 with another output scale is refused`, (t) => {
    t.is(diagnosticOf(tfliteModel(model(op, 2 ** -12, 4, 2 ** -14))).code, 'QUANTIZATION_INVALID');
  });
}
