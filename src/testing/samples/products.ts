import type { Value } from '../../ir/graph.ts';
import * as ops from '../../ops/index.ts';
import type { Sample, SampleBuilder } from '../sample-builder.ts';
import { epilogues, scaled, type Epilogue } from './scaling.ts';

interface Form {
  readonly name: string;
  readonly kernel: readonly [number, number];
  readonly strides?: readonly [number, number];
  readonly pads?: readonly [number, number, number, number];
  readonly dilation?: number;
  readonly groups?: 'depthwise' | 'two';
  readonly sizes: readonly [readonly [number, number], ...(readonly [number, number])[]];
}

/** Windows, strides and padding that layers have, on images of odd and of even sizes. */
const forms: readonly Form[] = [
  {
    name: '3x3',
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    sizes: [
      [5, 7],
      [8, 8],
      [1, 4],
      [6, 16],
    ],
  },
  {
    name: '3x3 unpadded',
    kernel: [3, 3],
    sizes: [
      [5, 6],
      [3, 3],
      [10, 10],
    ],
  },
  {
    name: '3x3 stride 2',
    kernel: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    sizes: [
      [7, 9],
      [8, 16],
    ],
  },
  {
    name: '3x3 stride 2 even',
    kernel: [3, 3],
    strides: [2, 2],
    pads: [0, 0, 1, 1],
    sizes: [
      [8, 8],
      [6, 4],
    ],
  },
  {
    name: '1x1',
    kernel: [1, 1],
    sizes: [
      [3, 5],
      [1, 1],
      [8, 8],
      [4, 12],
    ],
  },
  {
    name: '1x1 stride 2',
    kernel: [1, 1],
    strides: [2, 2],
    sizes: [
      [6, 5],
      [8, 8],
    ],
  },
  {
    name: '5x5',
    kernel: [5, 5],
    pads: [2, 2, 2, 2],
    sizes: [
      [7, 6],
      [8, 8],
    ],
  },
  {
    name: '7x7 stride 2',
    kernel: [7, 7],
    strides: [2, 2],
    pads: [3, 3, 3, 3],
    sizes: [
      [9, 9],
      [8, 8],
    ],
  },
  {
    name: '2x3',
    kernel: [2, 3],
    pads: [0, 1, 1, 0],
    sizes: [
      [5, 6],
      [4, 9],
    ],
  },
  {
    name: '1x5',
    kernel: [1, 5],
    strides: [1, 2],
    pads: [0, 2, 0, 2],
    sizes: [
      [3, 9],
      [2, 8],
    ],
  },
  {
    name: '3x3 dilated',
    kernel: [3, 3],
    pads: [2, 2, 2, 2],
    dilation: 2,
    sizes: [
      [7, 7],
      [5, 8],
    ],
  },
  {
    name: '3x3 groups',
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    groups: 'two',
    sizes: [
      [4, 5],
      [8, 8],
    ],
  },
  {
    name: 'depthwise',
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    groups: 'depthwise',
    sizes: [
      [6, 5],
      [8, 8],
      [9, 7],
    ],
  },
  {
    name: 'depthwise stride 2',
    kernel: [3, 3],
    strides: [2, 2],
    pads: [1, 1, 1, 1],
    groups: 'depthwise',
    sizes: [
      [7, 8],
      [8, 8],
    ],
  },
  {
    name: 'depthwise stride 2 even',
    kernel: [3, 3],
    strides: [2, 2],
    pads: [0, 0, 1, 1],
    groups: 'depthwise',
    sizes: [[8, 8]],
  },
  { name: 'depthwise 5x5', kernel: [5, 5], pads: [2, 2, 2, 2], groups: 'depthwise', sizes: [[7, 8]] },
];

/** Channels of a layer, in and out. */
export type Channels = readonly [input: number, output: number];

/** One channel, odd numbers, whole blocks of many engines, one more and one less. */
export const edgeChannels: readonly Channels[] = [
  [1, 1],
  [3, 5],
  [16, 16],
  [4, 8],
  [17, 15],
  [8, 33],
  [32, 32],
];

/** Convolutions of every form with everything that may stand behind them. */
export function convolutionSamples(channels: readonly Channels[]): readonly Sample[] {
  return forms.flatMap((form, f) =>
    epilogues.flatMap((epilogue, e) =>
      [0, 1].map((turn): Sample => {
        const own = channels[(f + 3 * e + 2 * turn + turn * e) % channels.length] ?? [3, 5];
        const size = form.sizes[(e + turn) % form.sizes.length] ?? form.sizes[0];
        const kind = (f + e + turn) % 3;
        return {
          name: `conv2d ${form.name}, ${own.join('→')} channels, ${size.join('x')}, ${epilogue}${kind === 1 ? ', uint8' : ''}`,
          features: [
            form.name,
            epilogue,
            `in ${own[0]}`,
            `out ${own[1]}`,
            `size ${size.join('x')}`,
            `kind ${kind}`,
          ],
          build: (b) => [convolution(b, form, own, size, epilogue, kind)],
        };
      }),
    ),
  );
}

/** Layers whose constants for a few filters fill kilobytes. */
export const deepSamples: readonly Sample[] = forms
  .filter(({ name }) => ['3x3', '3x3 stride 2', '1x1'].includes(name))
  .flatMap((form) =>
    [0, 1].map((kind): Sample => {
      const own: Channels = form.name === '1x1' ? [1040, 40] : [120, 40];
      return {
        name: `conv2d ${form.name}, ${own.join('→')} channels${kind === 1 ? ', uint8' : ''}`,
        features: [form.name, 'deep', `kind ${kind}`],
        build: (b) => [convolution(b, form, own, [3, 2], 'shift', kind)],
      };
    }),
  )
  .concat(
    [0, 1].map((kind) => ({
      name: `dense 2064→40${kind === 1 ? ', uint8' : ''}`,
      features: ['deep', `kind ${kind}`],
      build: (b) => [dense(b, [1, 2064, 40], 'shift', kind)],
    })),
  );

function convolution(
  b: SampleBuilder,
  { kernel, strides = [1, 1], pads = [0, 0, 0, 0], dilation = 1, groups: grouping }: Form,
  [inputs, outputs]: Channels,
  size: readonly [number, number],
  epilogue: Epilogue,
  kind: number,
): Value {
  const depthwise = grouping === 'depthwise';
  const from = grouping === 'two' ? 2 * inputs : depthwise ? outputs : inputs;
  const to = grouping === 'two' ? 2 * outputs : outputs;
  const groups = grouping === 'two' ? 2 : depthwise ? from : 1;
  // Signed around zero, unsigned from zero, signed around anything.
  const dtype = kind === 1 ? 'uint8' : 'int8';
  const inputZeroPoint = kind === 2 ? b.integer(-20, 20) : 0;
  const x = b.input(dtype, [1, from, ...size]);
  const w = b.constant('int8', [to, from / groups, ...kernel]);
  const bias = b.integer(0, 2) > 0 ? [b.constant('int32', [to], { min: -3000, max: 3000 })] : [];
  const sum = b.node(ops.conv2d, [x, w, ...bias], {
    strides,
    dilations: [dilation, dilation],
    pads,
    groups,
    inputZeroPoint,
    weightZeroPoint: 0,
    accumulator: 'int32',
  });
  const reach = 5500 * Math.sqrt((from / groups) * kernel[0] * kernel[1]);
  return scaled(b, sum, epilogue, { axis: 1, reach, dtype: b.pick([dtype, 'int8', 'uint8']) });
}

/** Fully connected layers. */
export function denseSamples(channels: readonly Channels[]): readonly Sample[] {
  const depths = [1, 7, 16, 64, 130];
  return epilogues.flatMap((epilogue, e) =>
    channels.map(([, outputs], c): Sample => {
      const depth = depths[(e + c) % depths.length] ?? 7;
      const rows = (e + c) % 3 === 2 ? 3 : 1;
      const kind = (e + 2 * c) % 3;
      return {
        name: `dense ${rows}x${depth}→${outputs}, ${epilogue}${kind === 1 ? ', uint8' : ''}`,
        features: [`depth ${depth}`, `rows ${rows}`, `out ${outputs}`, epilogue, `kind ${kind}`],
        build: (b) => [dense(b, [rows, depth, outputs], epilogue, kind)],
      };
    }),
  );
}

function dense(
  b: SampleBuilder,
  [rows, depth, outputs]: readonly [rows: number, depth: number, outputs: number],
  epilogue: Epilogue,
  kind: number,
): Value {
  const dtype = kind === 1 ? 'uint8' : 'int8';
  const bias = b.integer(0, 2) > 0 ? [b.constant('int32', [outputs], { min: -3000, max: 3000 })] : [];
  const sum = b.node(
    ops.dense,
    [b.input(dtype, [rows, depth]), b.constant('int8', [outputs, depth]), ...bias],
    { inputZeroPoint: kind === 2 ? 7 : 0, weightZeroPoint: 0, accumulator: 'int32' },
  );
  return scaled(b, sum, epilogue, { axis: 1, reach: 5500 * Math.sqrt(depth), dtype });
}

/** Beyond 32 bits where sums are. */
function biasOf(b: SampleBuilder, accumulator: 'int64' | undefined): readonly Value[] {
  const bits = 2 ** 32;
  return accumulator ? [b.constant('int64', [16], { min: -3 * bits, max: 3 * bits })] : [];
}

/** Weights of −1, 0 and 1, on activations of few bits. */
export const ternarySamples: readonly Sample[] = (
  [
    [16, 16, 3],
    [16, 32, 1],
    [4, 17, 3],
    [32, 16, 5],
  ] as const
).map(([from, to, kernel]) => ({
  name: `conv2d ternary ${kernel}x${kernel}, ${from}→${to} channels`,
  features: ['ternary', `in ${from}`, `out ${to}`, `${kernel}x${kernel}`],
  build: (b) => {
    const x = b.node(ops.clip, [b.input('int8', [1, from, 8, 8])], { min: -64, max: 63 });
    const pad = (kernel - 1) / 2;
    const sum = b.node(ops.conv2d, [x, b.constant('int8', [to, from, kernel, kernel], { min: -1, max: 1 })], {
      strides: [1, 1],
      dilations: [1, 1],
      pads: [pad, pad, pad, pad],
      groups: 1,
      inputZeroPoint: 0,
      weightZeroPoint: 0,
      accumulator: 'int32',
    });
    const constants = [b.values('int32', [1]), b.values('int32', [0]), b.values('int8', [4])];
    return [
      b.node(ops.requantize, [sum, ...constants], {
        rule: 'shift',
        axis: 1,
        inputZeroPoint: 0,
        zeroPoint: 0,
        min: -32,
        max: 31,
        dtype: 'int8',
        productBits: 31,
      }),
    ];
  },
}));

/** Convolutions that many engines have to refuse. */
export const oddConvolutions: readonly Sample[] = (
  [
    { name: 'a batch of 2', batch: 2 },
    { name: 'weights that are computed', computed: true },
    { name: 'weights with a zero point', weightZeroPoint: 3 },
    { name: 'sums of 64 bits', accumulator: 'int64' },
    { name: '16-bit activations', dtype: 'int16' },
    { name: 'unsigned weights', weights: 'uint8', weightZeroPoint: 128 },
  ] as const
).flatMap((odd) =>
  // Sums beyond 31 bits break what a shift promises.
  ('accumulator' in odd || 'dtype' in odd ? (['single'] as const) : (['single', 'plain-shift'] as const)).map(
    (epilogue): Sample => ({
      name: `conv2d with ${odd.name}, ${epilogue}`,
      features: [odd.name, epilogue],
      always: true,
      build: (b) => {
        const own: {
          readonly batch?: number;
          readonly computed?: boolean;
          readonly weightZeroPoint?: number;
          readonly accumulator?: 'int64';
          readonly dtype?: 'int16';
          readonly weights?: 'uint8';
        } = odd;
        const x = b.input(own.dtype ?? 'int8', [own.batch ?? 1, 16, 8, 8]);
        const shape = [16, 16, 3, 3];
        const weights = own.weights ?? 'int8';
        const sum = b.node(
          ops.conv2d,
          [
            x,
            own.computed ? b.input(weights, shape) : b.constant(weights, shape),
            ...biasOf(b, own.accumulator),
          ],
          {
            strides: [1, 1],
            dilations: [1, 1],
            pads: [1, 1, 1, 1],
            groups: 1,
            inputZeroPoint: 0,
            weightZeroPoint: own.weightZeroPoint ?? 0,
            accumulator: own.accumulator ?? 'int32',
          },
        );
        const reach = own.accumulator ? 2 ** 33 : own.dtype ? 2 ** 24 : 66_000;
        return [scaled(b, sum, epilogue, { axis: 1, reach, dtype: 'int8' })];
      },
    }),
  ),
);

/** Matrix products, float products, transposed convolutions and windows side by side. */
export const otherProductSamples: readonly Sample[] = [
  ...(['int8', 'float32'] as const).flatMap((dtype): Sample[] =>
    (
      [
        [
          [3, 4],
          [4, 5],
        ],
        [
          [2, 3, 4],
          [2, 4, 1],
        ],
        [
          [1, 17],
          [17, 3],
        ],
      ] as const
    ).map(([left, right]) => ({
      name: `matmul ${dtype} ${left.join('x')} ${right.join('x')}`,
      features: [dtype, left.join('x')],
      build: (b) => [
        b.node(ops.matmul, [b.input(dtype, left), b.input(dtype, right)], {
          aZeroPoint: dtype === 'int8' ? 3 : 0,
          bZeroPoint: 0,
          accumulator: dtype === 'int8' ? 'int32' : dtype,
        }),
      ],
    })),
  ),
  ...(
    [
      [3, 4, 1],
      [4, 4, 4],
    ] as const
  ).map(([from, to, groups]): Sample => ({
    name: `conv2d float32 ${from}→${to}, ${groups} groups`,
    features: ['float32', `groups ${groups}`],
    build: (b) => [
      b.node(
        ops.conv2d,
        [b.input('float32', [1, from, 5, 6]), b.constant('float32', [to, from / groups, 3, 3])],
        {
          strides: [1, 1],
          dilations: [1, 1],
          pads: [1, 1, 1, 1],
          groups,
          inputZeroPoint: 0,
          weightZeroPoint: 0,
          accumulator: 'float32',
        },
      ),
    ],
  })),
  ...(['int8', 'float32'] as const).map((dtype): Sample => ({
    name: `conv_transpose ${dtype}`,
    features: [dtype],
    build: (b) => [
      b.node(ops.convTranspose, [b.input(dtype, [1, 3, 4, 5]), b.constant(dtype, [3, 4, 3, 3])], {
        extents: [7, 9],
        strides: [2, 2],
        pads: [1, 1],
        groups: 1,
        dilations: [1, 1],
        inputZeroPoint: 0,
        weightZeroPoint: 0,
        accumulator: dtype === 'int8' ? 'int32' : dtype,
      }),
    ],
  })),
  ...(['int8', 'uint8', 'int8'] as const).map((dtype, i): Sample => ({
    name: `im2col ${dtype} stride ${1 + i}`,
    features: [dtype, `stride ${1 + i}`],
    build: (b) => [
      b.node(ops.im2col, [b.input(dtype, [1, 1 + 2 * i, 7, 6])], {
        kernel: [3, 2 + i],
        strides: [1 + i, 1],
        dilations: [1, 1],
        pads: [1, 0, 1, 1],
        padValue: 3,
      }),
    ],
  })),
];
