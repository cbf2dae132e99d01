import { ops, tensor, type DataType } from 'match-compiler';
import type { CaseBuilder } from '../network-cases.ts';
import { floats, integers, op } from './shared.ts';

const comparisons = [ops.equal, ops.less, ops.lessOrEqual, ops.greater, ops.greaterOrEqual].map(op);
const bitwise = [ops.bitwiseAnd, ops.bitwiseOr, ops.bitwiseXor].map(op);

/** Pairs of shapes that broadcast: equal, one element, odd sizes, no element at all. */
const pairs: readonly (readonly [a: readonly number[], b: readonly number[]])[] = [
  [
    [2, 3, 4, 5],
    [2, 3, 4, 5],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 1],
  ],
  [[7], []],
  [
    [3, 1],
    [1, 5],
  ],
];

/** Comparisons, operators on bits and bools, picks by a condition, remainders, repetition, tests of floats. */
export function logicCases(b: CaseBuilder): void {
  for (const dtype of [...floats, ...integers]) {
    for (const [shapeA, shapeB] of pairs) {
      for (const operator of comparisons) {
        b.check(operator, [b.input(dtype, shapeA, [0, 3]), b.input(dtype, shapeB, [0, 3])], {});
      }
    }
    b.check(op(ops.select), [b.input('bool', [3, 1]), b.input(dtype, [3, 4]), b.input(dtype, [4])], {});
    b.check(op(ops.sign), [b.input(dtype, [9])], {});
    for (const rounding of ['floor', 'truncate'] as const) {
      const range = dtype.startsWith('u') ? ([0, 9] as const) : ([-9, 9] as const);
      b.check(op(ops.modulo), [b.input(dtype, [5, 7], range), b.input(dtype, [7], range)], {
        dtype,
        rounding,
      });
      b.check(op(ops.modulo), [b.input(dtype, [11]), b.input(dtype, [11])], { dtype, rounding });
    }
    b.check(op(ops.expand), [b.input(dtype, [3, 1])], { shape: [2, 3, 4] });
    b.check(op(ops.gatherElements), [b.input(dtype, [4, 3]), b.input('int64', [2, 3], [-4, 3])], { axis: 0 });
    b.check(op(ops.gatherElements), [b.input(dtype, [4, 3]), b.input('int32', [4, 5], [0, 2])], { axis: 1 });
  }
  for (const dtype of [...integers, 'bool' as const]) {
    for (const [shapeA, shapeB] of pairs) {
      for (const operator of bitwise) b.check(operator, [b.input(dtype, shapeA), b.input(dtype, shapeB)], {});
    }
    b.check(op(ops.bitwiseNot), [b.input(dtype, [2, 3])], {});
    b.check(op(ops.equal), [b.input(dtype, [4, 4]), b.input(dtype, [4])], {});
  }
  for (const dtype of ['uint8', 'uint16', 'uint32', 'uint64'] as const) {
    for (const direction of ['left', 'right'] as const) {
      b.check(op(ops.bitShift), [b.input(dtype, [30]), b.input(dtype, [30], [0, 70])], { direction });
    }
  }
  for (const dtype of floats) {
    const special = b.given(tensor(dtype, [6], [NaN, Infinity, -Infinity, 0, -0, 1]));
    b.check(op(ops.isNan), [special], {});
    for (const [negative, positive] of [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ] as const) {
      b.check(op(ops.isInf), [special], { negative, positive });
    }
    b.check(op(ops.thresholdedRelu), [b.input(dtype, [33])], { alpha: 1.5 });
    b.check(op(ops.shrink), [b.input(dtype, [33])], { threshold: 1, bias: 0.5 });
    const functions = [ops.sin, ops.cos, ops.tan, ops.atan, ops.sinh, ops.cosh, ops.asinh];
    for (const operator of functions) b.check(op(operator), [b.input(dtype, [17])], {});
    for (const operator of [ops.asin, ops.acos, ops.atanh])
      b.check(op(operator), [b.input(dtype, [17], [-0.9, 0.9])], {});
    b.check(op(ops.acosh), [b.input(dtype, [17], [1, 9])], {});
  }
  for (const dtype of [...floats, ...integers, 'bool'] satisfies DataType[]) {
    const reductions = dtype === 'bool' ? [] : [op(ops.reduceProd)];
    for (const reduction of [op(ops.reduceMin), op(ops.reduceMax), ...reductions]) {
      b.check(reduction, [b.input(dtype, [2, 3, 5])], { axes: [1], keepDims: true });
      b.check(reduction, [b.input(dtype, [2, 3, 5])], { axes: [0, 2], keepDims: false });
      b.check(reduction, [b.input(dtype, [1])], { axes: [0], keepDims: false });
      b.check(reduction, [b.input(dtype, [2, 0, 3])], { axes: [1], keepDims: false });
    }
  }
  for (const mode of ['wrap', 'symmetric', 'reflect', 'edge'] as const) {
    for (const pads of [
      [0, 2, 1, 0, 1, 3],
      [1, 0, 2, 1, 2, 0],
    ]) {
      b.check(op(ops.pad), [b.input('int16', [2, 3, 4])], { pads, value: 0, mode });
    }
  }
  b.check(op(ops.pad), [b.input('float32', [3])], { pads: [7, 8], value: 0, mode: 'wrap' });
}
