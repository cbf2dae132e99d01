import test from 'ava';
import { ops, tensor, type Conv2dAttributes } from 'match-compiler';
import { clusterPatterns } from 'match-compiler/plugins/gap9';
import { regionAt } from './kernel-calls.ts';
import { Random } from './random.ts';
import { SampleBuilder, type Sample } from './scaled-graphs.ts';

const plain: Conv2dAttributes = {
  strides: [1, 1],
  dilations: [1, 1],
  pads: [0, 0, 0, 0],
  groups: 1,
  inputZeroPoint: 0,
  weightZeroPoint: 0,
  accumulator: 'int32',
};

/** A builder, and the shortest way to a convolution. */
function start(): {
  readonly b: SampleBuilder;
  readonly convolution: (
    attributes?: Partial<Conv2dAttributes>,
    batch?: number,
  ) => ReturnType<SampleBuilder['add1']>;
} {
  const b = new SampleBuilder(new Random(1));
  return {
    b,
    convolution: (attributes = {}, batch = 1) =>
      b.add1(ops.conv2d, [b.random('int8', [batch, 4, 5, 5]), b.randomConstant('w', 'int8', [3, 4, 3, 3])], {
        ...plain,
        ...attributes,
      }),
  };
}

const refusals: readonly (readonly [pattern: string, title: string, make: () => Sample, reason: RegExp])[] = [
  [
    'convolution',
    'a batch',
    () => {
      const { b, convolution } = start();
      return b.done(convolution({}, 2));
    },
    /batch of 2/,
  ],
  [
    'convolution',
    'sums of 64 bits',
    () => {
      const { b, convolution } = start();
      return b.done(convolution({ accumulator: 'int64' }));
    },
    /sums up in int64/,
  ],
  [
    'convolution',
    '16-bit activations',
    () => {
      const { b } = start();
      const operands = [b.random('int16', [1, 4, 5, 5]), b.randomConstant('w', 'int8', [3, 4, 3, 3])];
      return b.done(b.add1(ops.conv2d, operands, plain));
    },
    /reads int16, not 8 bits/,
  ],
  [
    'convolution',
    'weights that a zero point takes beyond 8 bits',
    () => {
      const { b } = start();
      const weights = b.constant('w', tensor('uint8', [1, 1, 2, 2], [0, 255, 3, 4]));
      return b.done(
        b.add1(ops.conv2d, [b.random('int8', [1, 1, 4, 4]), weights], { ...plain, weightZeroPoint: 3 }),
      );
    },
    /weights of 252 without their zero point/,
  ],
  [
    'convolution',
    'weights made at run time',
    () => {
      const { b } = start();
      return b.done(
        b.add1(ops.conv2d, [b.random('int8', [1, 1, 4, 4]), b.random('int8', [1, 1, 2, 2])], plain),
      );
    },
    /weights that are not constant/,
  ],
  [
    'convolution',
    'what the pointwise kernel does better',
    () => {
      const { b } = start();
      const operands = [b.random('int8', [1, 4, 5, 5]), b.randomConstant('w', 'int8', [3, 4, 1, 1])];
      return b.done(b.add1(ops.conv2d, operands, plain));
    },
    /the pointwise kernel takes it/,
  ],
  [
    'requantize',
    'sums of 64 bits',
    () => {
      const { b } = start();
      return b.done(b.scaled(b.random('int64', [2, 3], { min: -5, max: 5 }), 3, 1, 100, 'floor'));
    },
    /reads int64/,
  ],
  [
    'quantized_pair',
    '16-bit operands',
    () => {
      const { b } = start();
      const scales = {
        aScale: 0.1,
        bScale: 0.1,
        outputScale: 0.1,
        aZeroPoint: 0,
        bZeroPoint: 0,
        zeroPoint: 0,
      };
      const [x, y] = [b.random('int16', [2, 3]), b.random('int16', [2, 3])];
      return b.done(
        b.add1(ops.quantizedAdd, [x, y], { rule: 'single', ...scales, min: -9, max: 9, dtype: 'int16' }),
      );
    },
    /int16, not bytes/,
  ],
  [
    'average_pool',
    'real means',
    () => {
      const { b } = start();
      const x = b.input('x', { dtype: 'float32', shape: [1, 1, 4, 4] });
      const window = {
        kernel: [2, 2],
        strides: [2, 2],
        pads: [0, 0, 0, 0],
        ceilMode: false,
        countIncludePad: false,
      };
      return b.done(b.add1(ops.averagePool2d, [x], { ...window, rounding: 'float' }));
    },
    /reads float32/,
  ],
  [
    'concat',
    'more tensors than the kernel has fields for',
    () => {
      const { b } = start();
      return b.done(
        b.add1(
          ops.concat,
          Array.from({ length: 5 }, () => b.random('int8', [2, 2])),
          { axis: 1 },
        ),
      );
    },
    /joins 5 tensors, the kernel 4/,
  ],
  [
    'pad',
    'mirrored padding',
    () => {
      const { b } = start();
      return b.done(
        b.add1(ops.pad, [b.random('int8', [4, 4])], { pads: [1, 1, 1, 1], value: 0, mode: 'reflect' }),
      );
    },
    /pads by reflect/,
  ],
  [
    'slice',
    'steps backwards',
    () => {
      const { b } = start();
      return b.done(b.add1(ops.slice, [b.random('int8', [4])], { starts: [3], ends: [-1], steps: [-1] }));
    },
    /goes backwards/,
  ],
];

for (const [name, title, make, reason] of refusals) {
  test(`${name} refuses ${title}, and says so`, (t) => {
    const pattern = clusterPatterns.find((each) => each.name === name);
    const { graph } = make();
    const root = graph.nodes.at(-1);
    if (!pattern || !root) throw new Error(name);
    const answer = regionAt(graph, root, pattern);
    t.regex(typeof answer === 'string' ? answer : 'accepted', reason);
  });
}
