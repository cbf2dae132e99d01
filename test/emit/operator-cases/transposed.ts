import { ops, type DataType, type Value } from 'match-compiler';
import type { CaseBuilder } from '../network-cases.ts';
import { op, requantized } from './shared.ts';

interface Form {
  readonly x: readonly number[];
  readonly kernel: readonly number[];
  readonly filters: number;
  readonly groups?: number;
  readonly strides: readonly number[];
  readonly dilations?: readonly number[];
  readonly pads: readonly number[];
  readonly extents: readonly number[];
}

/** Strides, dilations, groups, pads of either sign, outputs longer and shorter than the windows reach. */
const forms: readonly Form[] = [
  { x: [1, 3, 4, 5], kernel: [3, 3], filters: 4, strides: [1, 1], pads: [0, 0], extents: [6, 7] },
  { x: [2, 3, 3, 4], kernel: [3, 2], filters: 2, strides: [2, 3], pads: [1, 0], extents: [6, 12] },
  { x: [1, 4, 3, 3], kernel: [3, 3], filters: 6, groups: 2, strides: [2, 2], pads: [2, 1], extents: [4, 5] },
  { x: [1, 5, 3, 3], kernel: [2, 4], filters: 5, groups: 5, strides: [2, 1], pads: [0, 3], extents: [5, 4] },
  {
    x: [1, 2, 3, 3],
    kernel: [3, 3],
    filters: 3,
    strides: [2, 3],
    dilations: [2, 2],
    pads: [1, 2],
    extents: [8, 10],
  },
  {
    x: [1, 2, 4, 3],
    kernel: [2, 2],
    filters: 3,
    strides: [1, 2],
    dilations: [3, 1],
    pads: [0, -2],
    extents: [7, 9],
  },
  { x: [1, 1, 1, 1], kernel: [1, 1], filters: 1, strides: [1, 1], pads: [0, 0], extents: [1, 1] },
  { x: [1, 1, 1, 7], kernel: [1, 3], filters: 2, strides: [1, 2], pads: [0, 1], extents: [1, 14] },
  {
    x: [1, 2, 2, 3, 2],
    kernel: [2, 3, 2],
    filters: 3,
    strides: [2, 1, 2],
    pads: [0, 1, 1],
    extents: [4, 3, 3],
  },
  {
    x: [2, 4, 2, 2, 2],
    kernel: [2, 2, 2],
    filters: 4,
    groups: 2,
    strides: [1, 2, 3],
    dilations: [2, 1, 1],
    pads: [1, 0, 0],
    extents: [3, 4, 5],
  },
];

/** Transposed convolutions, into sums and scaled, weights known and computed. */
export function transposedCases(b: CaseBuilder): void {
  for (const form of forms) {
    const { x, kernel, filters, groups = 1, strides, pads, extents } = form;
    const attributes = { extents, strides, pads, groups, dilations: form.dilations ?? strides.map(() => 1) };
    const weights = [x[1] ?? 1, filters / groups, ...kernel];
    for (const dtype of ['float32', 'float64'] as const) {
      const float = { ...attributes, inputZeroPoint: 0, weightZeroPoint: 0, accumulator: dtype };
      const known = b.randomConstant(dtype, weights);
      b.check(op(ops.convTranspose), [b.input(dtype, x), known], float);
      const biased = [b.input(dtype, x), b.input(dtype, weights), b.randomConstant(dtype, [filters])];
      const sum = b.node(op(ops.convTranspose), biased, float);
      b.check(op(ops.clip), [sum], { min: -1, max: 6 });
    }
    const quantized = (dtype: DataType, accumulator: string, weight: DataType, zero: number): Value =>
      b.node(op(ops.convTranspose), [b.input(dtype, x), b.randomConstant(weight, weights)], {
        ...attributes,
        inputZeroPoint: dtype === 'int16' ? 0 : zero,
        weightZeroPoint: weight === 'uint8' ? 5 : 0,
        accumulator,
      });
    requantized(b, quantized('int8', 'int32', 'int8', -4), 'single', filters, 0.003, 'int8');
    requantized(b, quantized('uint8', 'int32', 'uint8', 7), 'real-even', 1, 0.003, 'uint8');
    b.outputs.push(quantized('int16', 'int64', 'int8', 0), quantized('int32', 'int32', 'int8', 100));
  }
}
