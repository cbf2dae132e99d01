import { ops, tensor, type Value } from 'match-compiler';
import type { CaseBuilder } from '../network-cases.ts';
import { floats, integers, op } from './shared.ts';

/** Floats to integers and back, normalisation, reductions, softmax. */
export function floatCases(b: CaseBuilder): void {
  for (const dtype of ['int8', 'uint8', 'int16', 'uint16', 'int32'] as const) {
    const scale = dtype === 'int32' ? [1e-8, 2e-8, 3e-9] : [0.01, 0.03, 0.5];
    const zero = b.values(dtype, [3, 5, 0]);
    b.check(
      op(ops.quantize),
      [b.input('float32', [2, 3, 4, 2], [-50, 50]), b.values('float32', scale), zero],
      { axis: 1, dtype },
    );
    b.check(
      op(ops.quantize),
      [b.input('float32', [5, 7], [-9, 9]), b.values('float32', [0.25]), b.values(dtype, [1])],
      { axis: 0, dtype },
    );
    b.check(
      op(ops.quantize),
      [
        b.given(tensor('float32', [6], [NaN, Infinity, -Infinity, 0.5, 1.5, -2.5])),
        b.values('float32', [1]),
        b.values('int32', [0]),
      ],
      { axis: 0, dtype },
    );
    b.check(op(ops.dequantize), [b.input(dtype, [2, 3, 4, 2]), b.values('float32', scale), zero], {
      axis: 1,
    });
    b.check(op(ops.dequantize), [b.input(dtype, [11]), b.values('float32', [0.1]), b.values('int32', [-7])], {
      axis: 0,
    });
  }
  for (const shape of [
    [2, 3, 4, 2],
    [3, 4],
    [1, 5, 6],
  ]) {
    const channels = [shape[1] ?? 1];
    const vector = (): Value => b.randomConstant('float32', channels, [0.1, 2]);
    b.check(op(ops.batchNorm), [b.input('float32', shape), vector(), vector(), vector(), vector()], {
      epsilon: 1e-3,
    });
  }
  for (const dtype of floats) {
    for (const [shape, axes] of [
      [
        [2, 3, 4, 5],
        [2, 3],
      ],
      [[2, 3, 4, 5], [1]],
      [
        [3, 4],
        [0, 1],
      ],
      [[5], [0]],
      [[2, 3, 4], []],
    ] as const) {
      for (const keepDims of [false, true]) {
        for (const operator of [ops.reduceMean, ops.reduceSum, ops.reduceMax]) {
          b.check(op(operator), [b.input(dtype, shape)], { axes, keepDims });
        }
      }
    }
    for (const [shape, axis] of [
      [[2, 7], 1],
      [[1, 4, 3, 2], 1],
      [[3, 5], 0],
      [[2, 3, 4], 2],
    ] as const) {
      b.check(op(ops.softmax), [b.input(dtype, shape)], { axis });
      b.check(op(ops.logSoftmax), [b.input(dtype, shape)], { axis });
    }
  }
  for (const dtype of integers) {
    for (const [shape, axes] of [
      [
        [2, 3, 4, 5],
        [2, 3],
      ],
      [
        [2, 3, 4, 5],
        [0, 2],
      ],
    ] as const) {
      b.check(op(ops.reduceSum), [b.input(dtype, shape)], { axes, keepDims: false });
      b.check(op(ops.reduceMax), [b.input(dtype, shape)], { axes, keepDims: true });
    }
  }
}
