import type { DataType } from '../../ir/data-type.ts';
import type { Value } from '../../ir/graph.ts';
import * as ops from '../../ops/index.ts';
import type { Sample, SampleBuilder } from '../sample-builder.ts';

const moved = ['int8', 'uint8', 'int16', 'float32'] as const;

function sample(name: string, build: (b: SampleBuilder) => readonly Value[]): Sample {
  return { name, features: name.split(' '), build };
}

/** One sample per element type. */
function each(
  name: string,
  dtypes: readonly DataType[],
  build: (b: SampleBuilder, dtype: DataType) => Value,
): Sample[] {
  return dtypes.map((dtype) => sample(`${name} ${dtype}`, (b) => [build(b, dtype)]));
}

const softmaxes = (['float-table', 'real-even', 'gemmlowp'] as const).flatMap((rule) =>
  (['int8', 'uint8'] as const).flatMap((dtype) =>
    (
      [
        [1, 10],
        [3, 7],
        [1, 1],
        [1, 5, 3, 2],
      ] as const
    ).map((shape) =>
      sample(`quantized_softmax ${rule} ${dtype}[${shape.join()}]`, (b) => [
        b.node(ops.quantizedSoftmax, [b.input(dtype, shape)], {
          axis: 1,
          rule,
          inputScale: 0.0431,
          outputScale: 1 / 256,
          zeroPoint: dtype === 'int8' ? -128 : 0,
          dtype,
        }),
      ]),
    ),
  ),
);

const curve = (f: (x: number) => number): readonly number[] =>
  Array.from({ length: 513 }, (_, i) => Math.min(32767, Math.round(32768 * f(i / 512))));

/** Everything else: softmax, operators that move elements, recurrent layers, searches. */
export const otherSamples: readonly Sample[] = [
  ...softmaxes,
  ...each('softmax', ['float32'], (b, dtype) => b.node(ops.softmax, [b.input(dtype, [2, 7])], { axis: 1 })),
  ...each('log_softmax', ['float32'], (b, dtype) =>
    b.node(ops.logSoftmax, [b.input(dtype, [2, 7])], { axis: 1 }),
  ),
  sample('quantized_softmax16', (b) => [
    b.node(
      ops.quantizedSoftmax16,
      [
        b.input('int16', [3, 7]),
        b.values(
          'int16',
          curve((x) => Math.exp(10 * x - 10)),
        ),
        b.values(
          'int16',
          curve((x) => 1 / (1 + x)),
        ),
      ],
      { axis: 1, multiplier: 1_500_000_000, shift: -1 },
    ),
  ]),
  sample('quantized_sigmoid', (b) => [
    b.node(
      ops.quantizedSigmoid,
      [
        b.input('int16', [2, 3, 5]),
        b.values(
          'uint16',
          Array.from({ length: 256 }, (_, i) => Math.min(65535, 32768 + 300 * i)),
        ),
      ],
      { form: 'logistic', multiplier: 20_000, shift: 12 },
    ),
  ]),
  ...each('layer_norm', ['float32'], (b, dtype) =>
    b.node(ops.layerNorm, [b.input(dtype, [2, 3, 8])], { axis: 2, epsilon: 1e-3 }),
  ),
  ...each('lrn', ['float32'], (b, dtype) =>
    b.node(ops.lrn, [b.input(dtype, [1, 5, 3, 2])], { size: 3, alpha: 0.3, beta: 0.75, bias: 1.5 }),
  ),
  ...each('batch_norm', ['float32'], (b, dtype) => {
    const vector = (): Value => b.constant(dtype, [3], { min: 0.1, max: 2 });
    return b.node(ops.batchNorm, [b.input(dtype, [2, 3, 4]), vector(), vector(), vector(), vector()], {
      epsilon: 1e-3,
    });
  }),
  ...each('transpose', moved, (b, dtype) =>
    b.node(ops.transpose, [b.input(dtype, [2, 3, 4])], { perm: [2, 0, 1] }),
  ),
  ...each('transpose of a matrix', moved, (b, dtype) =>
    b.node(ops.transpose, [b.input(dtype, [5, 16])], { perm: [1, 0] }),
  ),
  ...each('transpose of an image', moved, (b, dtype) =>
    b.node(ops.transpose, [b.input(dtype, [1, 3, 4, 5])], { perm: [0, 2, 3, 1] }),
  ),
  ...each('reshape', moved, (b, dtype) =>
    b.node(ops.reshape, [b.input(dtype, [2, 3, 4, 2])], { shape: [6, 8] }),
  ),
  ...each('identity', moved, (b, dtype) => b.node(ops.identity, [b.input(dtype, [2, 5])], {})),
  ...each('slice', moved, (b, dtype) =>
    b.node(ops.slice, [b.input(dtype, [1, 4, 5, 6])], {
      starts: [0, 1, 0, 0],
      ends: [1, 4, 5, 6],
      steps: [1, 1, 2, 2],
    }),
  ),
  ...each('slice of a matrix', moved, (b, dtype) =>
    b.node(ops.slice, [b.input(dtype, [5, 6])], { starts: [1, 2], ends: [5, 6], steps: [1, 1] }),
  ),
  ...each('pad', moved, (b, dtype) =>
    b.node(ops.pad, [b.input(dtype, [1, 2, 3, 4])], {
      pads: [0, 1, 2, 0, 0, 0, 1, 3],
      value: 1,
      mode: 'constant',
    }),
  ),
  ...each('pad of a matrix', moved, (b, dtype) =>
    b.node(ops.pad, [b.input(dtype, [3, 4])], { pads: [1, 0, 1, 2], value: 1, mode: 'constant' }),
  ),
  ...each('concat', moved, (b, dtype) =>
    b.node(ops.concat, [b.input(dtype, [1, 2, 3, 4]), b.input(dtype, [1, 3, 3, 4])], { axis: 1 }),
  ),
  ...each('concat of vectors', moved, (b, dtype) =>
    b.node(ops.concat, [b.input(dtype, [1, 7]), b.input(dtype, [1, 9])], { axis: 1 }),
  ),
  ...moved.map((dtype) =>
    sample(`split ${dtype}`, (b) =>
      b.nodes(ops.split, [b.input(dtype, [1, 6, 3, 2])], { axis: 1, sizes: [1, 3, 2] }),
    ),
  ),
  ...each('expand', moved, (b, dtype) => b.node(ops.expand, [b.input(dtype, [3, 1])], { shape: [2, 3, 4] })),
  ...each('gather', moved, (b, dtype) =>
    b.node(ops.gather, [b.input(dtype, [4, 3]), b.input('int32', [5], { min: -4, max: 3 })], { axis: 0 }),
  ),
  ...each('gather_elements', moved, (b, dtype) =>
    b.node(ops.gatherElements, [b.input(dtype, [4, 3]), b.input('int32', [4, 5], { min: 0, max: 2 })], {
      axis: 1,
    }),
  ),
  ...each('resize_nearest', moved, (b, dtype) =>
    b.node(ops.resizeNearest, [b.input(dtype, [1, 3, 2, 3])], { scales: [2, 3] }),
  ),
  ...each('resample', ['float32'], (b, dtype) =>
    b.node(
      ops.resample,
      [b.input(dtype, [2, 5]), b.constant('int32', [4, 2], { min: 0, max: 4 }), b.constant(dtype, [4, 2])],
      { axis: 1 },
    ),
  ),
  ...each('cum_sum', ['int32', 'float32'], (b, dtype) =>
    b.node(ops.cumSum, [b.input(dtype, [3, 5], { min: -900, max: 900 })], {
      axis: 1,
      exclusive: false,
      reverse: false,
    }),
  ),
  ...each('layout_transform', moved, (b, dtype) =>
    b.node(ops.layoutTransform, [b.input(dtype, [1, 3, 4, 5])], { from: 'NCHW', to: 'NHWC' }),
  ),
  ...each('bitwise_not', ['int8', 'uint8'], (b, dtype) =>
    b.node(ops.bitwiseNot, [b.input(dtype, [3, 8])], {}),
  ),
  sample('dynamic_quantize', (b) => b.nodes(ops.dynamicQuantize, [b.input('float32', [2, 5])], {})),
  ...each('arg_max', ['int8', 'float32'], (b, dtype) =>
    b.node(ops.argMax, [b.input(dtype, [3, 7])], {
      axis: 1,
      keepDims: false,
      lastIndex: false,
      dtype: 'int32',
    }),
  ),
  sample('top_k', (b) => b.nodes(ops.topK, [b.input('float32', [3, 7])], { axis: 1, k: 3, largest: true })),
  sample('gru', (b) =>
    b.nodes(
      ops.gru,
      [b.input('float32', [3, 2, 4]), b.constant('float32', [15, 4]), b.constant('float32', [15, 5])],
      {
        operands: ['x', 'weights', 'recurrence'],
        resetsAfter: false,
        reverse: false,
        clip: 0,
        activations: ['sigmoid', 'tanh'],
        alphas: [0, 0],
        betas: [0, 0],
      },
    ),
  ),
];
