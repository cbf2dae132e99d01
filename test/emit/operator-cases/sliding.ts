import { ops, tensor } from 'match-compiler';
import type { CaseBuilder } from '../network-cases.ts';
import { floats, op } from './shared.ts';

const forms = [
  {
    x: [1, 3, 6, 5],
    kernel: [2, 2],
    strides: [2, 2],
    dilations: [2, 1],
    pads: [0, 0, 0, 0],
    ceilMode: false,
  },
  { x: [2, 2, 7, 6], kernel: [3, 3], strides: [2, 1], dilations: [2, 2], pads: [1, 2, 1, 2], ceilMode: true },
  { x: [1, 1, 1, 9], kernel: [1, 3], strides: [1, 2], dilations: [1, 3], pads: [0, 4, 0, 6], ceilMode: true },
  {
    x: [1, 5, 1, 1],
    kernel: [1, 1],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    ceilMode: false,
  },
  { x: [1, 4, 8, 8], kernel: [3, 2], strides: [3, 3], dilations: [1, 1], pads: [2, 1, 1, 0], ceilMode: true },
];

/** Pools with dilated windows, norms, places of the largest elements, and normalisation by what lies around. */
export function slidingCases(b: CaseBuilder): void {
  for (const { x: shape, ...form } of forms) {
    for (const countIncludePad of [false, true]) {
      for (const dtype of floats) {
        const attributes = { ...form, countIncludePad, rounding: 'float' };
        b.check(op(ops.averagePool2d), [b.input(dtype, shape)], attributes);
      }
      b.check(op(ops.averagePool2d), [b.input('int8', shape)], {
        ...form,
        countIncludePad,
        rounding: 'half-away',
      });
    }
    for (const dtype of floats) {
      for (const p of [1, 2, 3]) b.check(op(ops.lpPool2d), [b.input(dtype, shape)], { ...form, p });
    }
    for (const dtype of ['int8', 'int32', 'float32'] as const) {
      for (const columnMajor of [false, true]) {
        const attributes = { ...form, columnMajor };
        b.check(op(ops.maxPool2dIndices), [b.input(dtype, shape)], attributes);
        const [values, indices] = b.nodes(op(ops.maxPool2dIndices), [b.input(dtype, shape)], attributes);
        if (values && indices) b.outputs.push(columnMajor ? values : indices);
      }
    }
  }
  const odd = tensor('float32', [1, 1, 2, 4], [-Infinity, -Infinity, NaN, 1, -Infinity, -Infinity, 2, NaN]);
  b.check(op(ops.maxPool2dIndices), [b.given(odd)], {
    kernel: [2, 2],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    ceilMode: false,
    columnMajor: false,
  });
  for (const dtype of floats) {
    for (const [shape, axis, scale, bias] of [
      [[2, 3, 4, 5], 3, [5], [5]],
      [[2, 3, 4, 5], 2, [3, 1, 1], [1, 5]],
      [[2, 3, 7], 2, [3, 1], [2, 3, 7]],
      [[4, 6], 0, [], [6]],
      [[1, 1, 1], 1, [1], [1]],
    ] as const) {
      const attributes = { axis, epsilon: 1e-3 };
      b.check(op(ops.layerNorm), [b.input(dtype, shape)], attributes);
      b.check(op(ops.layerNorm), [b.input(dtype, shape), b.randomConstant(dtype, scale)], attributes);
      const parameters = [b.input(dtype, scale), b.randomConstant(dtype, bias)];
      b.check(op(ops.layerNorm), [b.input(dtype, shape), ...parameters], attributes);
    }
    const same = b.input(dtype, [3, 5]);
    b.check(op(ops.layerNorm), [same, same, same], { axis: 1, epsilon: 0 });
    for (const [shape, size] of [
      [[2, 5, 3, 2], 3],
      [[1, 4, 5], 4],
      [[3, 1, 2, 2], 5],
      [[2, 6], 1],
    ] as const) {
      b.check(op(ops.lrn), [b.input(dtype, shape)], { size, alpha: 0.3, beta: 0.75, bias: 1.5 });
    }
  }
}
