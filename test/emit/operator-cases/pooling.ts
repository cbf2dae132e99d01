import { ops, tensor } from 'match-compiler';
import type { CaseBuilder } from '../network-cases.ts';
import { op, requantized } from './shared.ts';

/** Pooling of every kind and element type. */
export function poolingCases(b: CaseBuilder): void {
  const forms = [
    { x: [1, 3, 6, 5], kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], ceilMode: false },
    { x: [2, 2, 5, 5], kernel: [3, 3], strides: [1, 2], pads: [1, 1, 1, 1], ceilMode: true },
    { x: [1, 4, 7, 4], kernel: [3, 2], strides: [2, 2], pads: [1, 0, 0, 1], ceilMode: true },
    { x: [1, 5, 4, 3], kernel: [4, 3], strides: [1, 1], pads: [0, 0, 0, 0], ceilMode: false },
  ];
  for (const { x: shape, ...form } of forms) {
    for (const dtype of ['int8', 'uint8', 'int16', 'uint16', 'int32', 'float32', 'float64'] as const) {
      b.check(op(ops.maxPool2d), [b.input(dtype, shape)], { ...form, dilations: [1, 1] });
    }
    for (const dtype of ['int8', 'uint8', 'int16', 'uint16', 'int32'] as const) {
      for (const rounding of ['half-away', 'floor']) {
        for (const countIncludePad of [false, true]) {
          b.check(op(ops.averagePool2d), [b.input(dtype, shape)], { ...form, countIncludePad, rounding });
          b.check(op(ops.averagePool2d), [b.input(dtype, shape)], {
            ...form,
            countIncludePad,
            rounding,
            zeroPoint: 101,
          });
        }
      }
      const sum = b.node(op(ops.sumPool2d), [b.input(dtype, shape)], {
        ...form,
        inputZeroPoint: dtype.startsWith('u') ? 9 : -2,
      });
      if (dtype.endsWith('32')) b.outputs.push(sum);
      else
        requantized(
          b,
          sum,
          dtype === 'int8' ? 'single' : 'real-even',
          1,
          dtype.endsWith('16') ? 2 ** -9 : 0.11,
          'int8',
        );
    }
    for (const countIncludePad of [false, true]) {
      b.check(op(ops.averagePool2d), [b.input('float32', shape)], {
        ...form,
        countIncludePad,
        rounding: 'float',
      });
    }
  }
  const dilated = { kernel: [2, 3], strides: [1, 1], pads: [1, 2, 1, 2], dilations: [2, 2], ceilMode: false };
  b.check(op(ops.maxPool2d), [b.input('int8', [1, 2, 5, 5])], dilated);
  const odd = tensor('float32', [1, 1, 3, 3], [1, NaN, -Infinity, 4, 5, Infinity, -0, 0, -2]);
  b.check(op(ops.maxPool2d), [b.given(odd)], {
    kernel: [2, 2],
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    dilations: [1, 1],
    ceilMode: false,
  });
}
