import { ops, tensor, type Value } from 'match-compiler';
import type { CaseBuilder } from '../network-cases.ts';
import { allTypes, floats, integers, op } from './shared.ts';

const shapes: readonly (readonly [shape: readonly number[], axis: number])[] = [
  [[2, 5, 3, 4], 1],
  [[2, 5, 3, 4], 3],
  [[7], 0],
  [[1, 1, 1], 1],
  [[3, 6, 2], 1],
  [[4, 3], 0],
];

/** The extreme elements along an axis, resampling, and the range of a tensor. */
export function selectionCases(b: CaseBuilder): void {
  const odd = tensor('float32', [2, 6], [1, NaN, 3, NaN, -Infinity, 3, -0, 0, 5, 5, Infinity, -2]);
  for (const lastIndex of [false, true]) {
    for (const operator of [ops.argMax, ops.argMin]) {
      for (const dtype of allTypes) {
        // Few values, so that some are equal.
        const [shape, axis] = shapes[dtype.length % shapes.length] ?? [[3], 0];
        b.check(op(operator), [b.input(dtype, shape, [0, 3])], {
          axis,
          keepDims: true,
          lastIndex,
          dtype: 'int64',
        });
      }
      for (const [shape, axis] of shapes) {
        b.check(op(operator), [b.input('int8', shape, [-2, 2])], {
          axis,
          keepDims: false,
          lastIndex,
          dtype: 'int32',
        });
      }
      b.check(op(operator), [b.given(odd)], { axis: 1, keepDims: false, lastIndex, dtype: 'int64' });
    }
  }
  for (const exclusive of [false, true]) {
    for (const reverse of [false, true]) {
      for (const dtype of ['float32', 'float64', 'int32', 'uint32', 'int64', 'uint64'] as const) {
        for (const [shape, axis] of shapes) {
          b.check(op(ops.cumSum), [b.input(dtype, shape)], { axis, exclusive, reverse });
        }
      }
    }
  }
  for (const largest of [false, true]) {
    for (const dtype of [...integers, ...floats]) {
      const [shape, axis] = shapes[dtype.length % shapes.length] ?? [[3], 0];
      b.check(op(ops.topK), [b.input(dtype, shape)], { axis, k: Math.min(2, shape[axis] ?? 1), largest });
    }
    for (const [shape, axis] of shapes) {
      const attributes = { axis, k: shape[axis], largest };
      b.check(op(ops.topK), [b.input('int16', shape, [-3, 3])], attributes);
      for (const wanted of [0, 1]) {
        const results = b.nodes(op(ops.topK), [b.input('float32', shape)], { ...attributes, k: 1 });
        b.outputs.push(...results.slice(wanted, wanted + 1));
      }
    }
    b.check(op(ops.topK), [b.given(odd)], { axis: 1, k: 4, largest });
  }
  for (const dtype of floats) {
    for (const [shape, axis] of shapes) {
      const extent = shape[axis] ?? 1;
      for (const [count, taps] of [
        [2 * extent, 2],
        [3, 4],
        [1, 1],
      ] as const) {
        const tables: Value[] = [
          b.randomConstant('int32', [count, taps], [0, extent - 1]),
          b.randomConstant(dtype, [count, taps]),
        ];
        b.check(op(ops.resample), [b.input(dtype, shape), ...tables], { axis });
        const offset = b.randomConstant(dtype, [count]);
        b.check(op(ops.resample), [b.input(dtype, shape), ...tables, offset], { axis });
      }
    }
  }
  for (const values of [
    b.input('float32', [2, 3, 4, 5], [-3, 9]),
    b.input('float32', [1, 7], [2, 3]),
    b.input('float32', [6], [-5, -4]),
    b.given(tensor('float32', [3], [0, -0, 0])),
    b.given(tensor('float32', [4], [NaN, 1, -2, 0.5])),
  ]) {
    b.check(op(ops.dynamicQuantize), [values], {});
    b.outputs.push(...b.nodes(op(ops.dynamicQuantize), [values], {}).slice(1, 2));
    b.outputs.push(...b.nodes(op(ops.dynamicQuantize), [values], {}).slice(2));
  }
}
