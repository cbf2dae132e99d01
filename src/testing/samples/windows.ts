import type { DataType } from '../../ir/data-type.ts';
import * as ops from '../../ops/index.ts';
import type { Sample } from '../sample-builder.ts';
import { scaled } from './scaling.ts';

const forms = [
  { x: [1, 3, 6, 5], kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], ceilMode: false },
  { x: [1, 16, 8, 8], kernel: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1], ceilMode: false },
  { x: [1, 4, 7, 4], kernel: [3, 2], strides: [2, 2], pads: [1, 0, 0, 1], ceilMode: true },
  { x: [1, 17, 4, 3], kernel: [4, 3], strides: [1, 1], pads: [0, 0, 0, 0], ceilMode: false },
  { x: [1, 64, 8, 8], kernel: [8, 8], strides: [1, 1], pads: [0, 0, 0, 0], ceilMode: false },
  { x: [1, 1, 1, 9], kernel: [1, 3], strides: [1, 2], pads: [0, 1, 0, 1], ceilMode: false },
  { x: [1, 32, 4, 4], kernel: [4, 4], strides: [4, 4], pads: [0, 0, 0, 0], ceilMode: false },
] as const;

function each(
  name: string,
  dtypes: readonly DataType[],
  build: (form: (typeof forms)[number], dtype: DataType) => Sample['build'],
): Sample[] {
  return forms.flatMap((form) =>
    dtypes.map((dtype) => ({
      name: `${name} ${form.kernel.join('x')} of ${dtype}[${form.x.join()}]`,
      features: [name, dtype, form.x.join()],
      build: build(form, dtype),
    })),
  );
}

/** Pools, reductions and normalisations over windows. */
export const windowSamples: readonly Sample[] = [
  ...each('max_pool2d', ['int8', 'uint8', 'float32'], ({ x, ...form }, dtype) => (b) => [
    b.node(ops.maxPool2d, [b.input(dtype, x)], { ...form, dilations: [1, 1] }),
  ]),
  ...(['half-away', 'floor'] as const).flatMap((rounding) =>
    each(`average_pool2d ${rounding}`, ['int8', 'uint8'], ({ x, ...form }, dtype) => (b) => [
      b.node(ops.averagePool2d, [b.input(dtype, x)], { ...form, countIncludePad: false, rounding }),
    ]),
  ),
  ...each('average_pool2d', ['float32'], ({ x, ...form }, dtype) => (b) => [
    b.node(ops.averagePool2d, [b.input(dtype, x)], { ...form, countIncludePad: true, rounding: 'float' }),
  ]),
  ...(['single', 'real-even', 'floor', 'shift', 'none'] as const).flatMap((epilogue) =>
    each(`sum_pool2d ${epilogue}`, ['int8', 'uint8'], ({ x, ...form }, dtype) => (b) => {
      const taps = form.kernel[0] * form.kernel[1];
      const sum = b.node(ops.sumPool2d, [b.input(dtype, x)], {
        ...form,
        inputZeroPoint: dtype === 'uint8' ? 9 : -2,
      });
      return [scaled(b, sum, epilogue, { axis: 1, reach: 100 * taps, dtype })];
    }),
  ),
  ...each('lp_pool2d', ['float32'], ({ x, ...form }, dtype) => (b) => [
    b.node(ops.lpPool2d, [b.input(dtype, x)], { ...form, dilations: [1, 1], p: 2 }),
  ]),
  ...each(
    'max_pool2d_indices',
    ['int8'],
    ({ x, ...form }, dtype) =>
      (b) =>
        b.nodes(ops.maxPool2dIndices, [b.input(dtype, x)], {
          ...form,
          dilations: [1, 1],
          columnMajor: false,
        }),
  ),
  ...[ops.reduceMax, ops.reduceSum, ops.reduceMin].flatMap((op) =>
    each(op.name, ['int8', 'int32', 'float32'], ({ x }, dtype) => (b) => [
      b.node(op, [b.input(dtype, x, dtype === 'int32' ? { min: -9999, max: 9999 } : undefined)], {
        axes: [2, 3],
        keepDims: x[1] % 2 === 0,
      }),
    ]),
  ),
  ...each('reduce_mean', ['float32'], ({ x }, dtype) => (b) => [
    b.node(ops.reduceMean, [b.input(dtype, x)], { axes: [2, 3], keepDims: true }),
  ]),
];
