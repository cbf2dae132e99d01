import { ops } from 'match-compiler';
import type { CaseBuilder } from '../network-cases.ts';
import { op } from './shared.ts';

/** Quantized sums, products and softmax. */
export function quantizedCases(b: CaseBuilder): void {
  const limits = { int8: [-128, 127], uint8: [0, 255], int16: [-32768, 32767] } as const;
  for (const rule of ['single', 'double', 'real-even']) {
    for (const dtype of ['int8', 'uint8', 'int16'] as const) {
      const [min, max] = limits[dtype];
      const zero = dtype === 'int16' ? 0 : dtype === 'int8' ? -11 : 130;
      const attributes = {
        rule,
        aScale: 0.0213,
        aZeroPoint: zero,
        bScale: 0.037,
        bZeroPoint: dtype === 'int16' ? 0 : 5,
        outputScale: 0.05,
        zeroPoint: zero,
        min,
        max: max - 3,
        dtype,
      };
      for (const [left, right] of [
        [
          [1, 3, 4, 2],
          [1, 3, 4, 2],
        ],
        [
          [2, 3, 2, 2],
          [3, 1, 1],
        ],
        [[1], [5]],
      ] as const) {
        b.check(op(ops.quantizedAdd), [b.input(dtype, left), b.input(dtype, right)], attributes);
        b.check(op(ops.quantizedMul), [b.input(dtype, left), b.randomConstant(dtype, right)], {
          ...attributes,
          outputScale: dtype === 'int16' ? 0.9 : 0.05,
        });
      }
      const shifted = { ...attributes, aZeroPoint: min, bZeroPoint: max, outputScale: 0.9 };
      b.check(op(ops.quantizedMul), [b.input(dtype, [9]), b.input(dtype, [9])], shifted);
    }
  }
  for (const rule of ['float-table', 'gemmlowp', 'real-even']) {
    for (const dtype of ['int8', 'uint8'] as const) {
      for (const [shape, axis] of [
        [[2, 12], 1],
        [[1, 5, 3, 2], 1],
        [[2, 3, 4], 2],
      ] as const) {
        for (const inputScale of [0.0431, 0.5]) {
          b.check(op(ops.quantizedSoftmax), [b.input(dtype, shape)], {
            axis,
            rule,
            inputScale,
            outputScale: 1 / 256,
            zeroPoint: dtype === 'int8' ? -128 : 0,
            dtype,
          });
        }
      }
    }
    b.check(op(ops.quantizedSoftmax), [b.input('int8', [3, 7])], {
      axis: 1,
      rule,
      inputScale: 0.1,
      outputScale: 1 / 32768,
      zeroPoint: rule === 'gemmlowp' ? -32768 : 0,
      dtype: 'int16',
    });
  }
  const table = b.values(
    'uint16',
    Array.from({ length: 256 }, (_, i) => Math.min(65535, 32768 + 300 * i)),
  );
  for (const form of ['logistic', 'tanh'] as const) {
    for (const [multiplier, shift] of [
      [3, 0],
      [20000, 12],
      [32767, 0],
      [16384, 31],
    ] as const) {
      b.check(op(ops.quantizedSigmoid), [b.input('int16', [2, 3, 5, 7]), table], { form, multiplier, shift });
    }
  }
  const curve = (f: (x: number) => number): readonly number[] =>
    Array.from({ length: 513 }, (_, i) => Math.min(32767, Math.round(32768 * f(i / 512))));
  const exponentials = b.values(
    'int16',
    curve((x) => Math.exp(10 * x - 10)),
  );
  const reciprocals = b.values(
    'int16',
    curve((x) => 1 / (1 + x)),
  );
  for (const [shape, axis] of [
    [[3, 7], 1],
    [[1, 4, 3, 2], 1],
    [[5, 1], 1],
  ] as const) {
    b.check(op(ops.quantizedSoftmax16), [b.input('int16', shape), exponentials, reciprocals], {
      axis,
      multiplier: 1_500_000_000,
      shift: -1,
    });
  }
}
