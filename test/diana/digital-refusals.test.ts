import test from 'ava';
import { GraphEditor, ops, tensor, type Conv2dAttributes, type DataType, type Graph } from 'match-compiler';
import { digitalPatterns } from 'match-compiler/plugins/diana';
import { offerOf } from '../gap9/ne16/call-engine.ts';

const patterns = digitalPatterns();

/** A convolution with a requantize behind it, both as the array takes them. */
interface Plain {
  readonly x: readonly [DataType, readonly number[]];
  readonly w: readonly [DataType, readonly number[]];
  readonly attributes: Partial<Conv2dAttributes>;
  readonly weight: number;
  readonly multiplier: number;
  readonly addend: number;
  readonly shift: readonly number[];
  readonly requantize: Partial<{
    rule: 'shift' | 'floor';
    dtype: DataType;
    min: number;
    max: number;
    divisor: number;
    zeroPoint: number;
  }>;
  readonly constantWeights: boolean;
}

const plain: Plain = {
  x: ['uint8', [1, 4, 6, 6]],
  w: ['int8', [8, 4, 3, 3]],
  attributes: {},
  weight: 3,
  multiplier: 1,
  addend: 7,
  shift: [6],
  requantize: {},
  constantWeights: true,
};

function emptyGraph(): GraphEditor {
  return new GraphEditor({
    name: 'refused',
    info: { file: 'refused', format: 'test', dialect: 'test', recognised: [] },
  });
}

function graphOf(changes: Partial<Plain>): Graph {
  const { x, w, attributes, weight, multiplier, addend, shift, requantize, constantWeights } = {
    ...plain,
    ...changes,
  };
  const editor = emptyGraph();
  const count = w[1].reduce((a, b) => a * b, 1);
  const weights = constantWeights
    ? editor.constant('w', tensor(w[0], w[1], new Array<number>(count).fill(weight)))
    : editor.input('w', { dtype: w[0], shape: w[1] });
  const acc = editor.add1(ops.conv2d, [editor.input('x', { dtype: x[0], shape: x[1] }), weights], {
    strides: [1, 1],
    dilations: [1, 1],
    pads: [1, 1, 1, 1],
    groups: 1,
    inputZeroPoint: 0,
    weightZeroPoint: 0,
    accumulator: 'int32',
    ...attributes,
  });
  const constant = (name: string, dtype: DataType, values: readonly number[]) =>
    editor.constant(name, tensor(dtype, [values.length], [...values]));
  const floor = requantize.rule === 'floor';
  editor.setOutputs([
    editor.add1(
      ops.requantize,
      [
        acc,
        constant('multiplier', 'int32', [multiplier]),
        constant('addend', 'int32', [addend]),
        ...(floor ? [] : [constant('shift', 'int8', shift)]),
      ],
      {
        rule: 'shift',
        axis: 1,
        inputZeroPoint: 0,
        zeroPoint: 0,
        min: -128,
        max: 127,
        dtype: 'int8',
        ...requantize,
      },
    ),
  ]);
  return editor.finish();
}

const refusals: readonly (readonly [string, string, Partial<Plain>, RegExp])[] = [
  ['conv2d', 'a batch', { x: ['uint8', [2, 4, 6, 6]] }, /has a batch of 2/],
  ['conv2d', 'wide inputs', { x: ['int16', [1, 4, 6, 6]] }, /has int16 in %x/],
  [
    'conv2d',
    'elements',
    { x: ['uint8', [1, 3, 5, 5]], w: ['int8', [8, 3, 3, 3]] },
    /has 75 elements in %x, no multiple of 4/,
  ],
  ['conv2d', 'uint8 weights', { w: ['uint8', [8, 4, 3, 3]] }, /has uint8 weights/],
  ['conv2d', 'weights from outside', { constantWeights: false }, /weights that are no constants/],
  [
    'conv2d',
    'kernels',
    { w: ['int8', [8, 4, 3, 4]], attributes: { pads: [1, 1, 1, 2] } },
    /has a 3×4 kernel, and the array sides of 1, 3, 5, 7/,
  ],
  ['conv2d', 'strides', { attributes: { strides: [2, 1] } }, /has strides 2 and 1/],
  ['conv2d', 'long strides', { attributes: { strides: [3, 3], pads: [0, 0, 0, 0] } }, /has strides 3 and 3/],
  ['conv2d', 'dilation', { attributes: { dilations: [2, 2], pads: [2, 2, 2, 2] } }, /has dilations 2 and 2/],
  [
    'conv2d',
    'asymmetric padding',
    { attributes: { pads: [0, 0, 1, 1], strides: [2, 2] } },
    /pads 0, 0, 1, 1, and the array both sides alike/,
  ],
  ['conv2d', 'groups', { w: ['int8', [8, 2, 3, 3]], attributes: { groups: 2 } }, /has 2 groups/],
  [
    'depthwise',
    'groups of several channels',
    { w: ['int8', [8, 2, 3, 3]], attributes: { groups: 2 } },
    /has 2 groups for 4 channels and 8 filters/,
  ],
  ['depthwise', 'sums', {}, /sums over channels/],
  ['conv2d', 'input zero points', { attributes: { inputZeroPoint: 3 } }, /has an input zero point of 3/],
  ['conv2d', 'weight zero points', { attributes: { weightZeroPoint: 3 } }, /has a weight zero point of 3/],
  ['conv2d', 'other rules', { requantize: { rule: 'floor', divisor: 4 } }, /scales by the rule floor/],
  ['conv2d', 'multipliers', { multiplier: 3 }, /multiplies sums by 3, and the accelerators shift alone/],
  [
    'conv2d',
    'shifts by channel',
    { shift: [1, 1, 1, 1, 1, 1, 1, 2] },
    /shifts channels by different numbers of bits/,
  ],
  ['conv2d', 'large sums', { addend: 2 ** 31 - 1, weight: 100 }, /which leave 32 bits/],
  [
    'conv2d',
    'narrow clips',
    { requantize: { min: -100, max: 100 } },
    /clips to -100 … 100, and the array int8 to -128 … 127 or 0 … 127/,
  ],
  ['conv2d', 'wide results', { requantize: { dtype: 'int16', min: -200, max: 200 } }, /has int16/],
  ['conv1x1_flat', 'windows', {}, /is no pointwise layer of stride 1/],
  [
    'conv1x1_flat',
    'one row',
    { x: ['uint8', [1, 4, 1, 36]], w: ['int8', [8, 4, 1, 1]], attributes: { pads: [0, 0, 0, 0] } },
    /has one row/,
  ],
];

test('the layer that the others differ from is taken', (t) => {
  t.not(typeof offerOf(graphOf({}), 'conv2d', patterns), 'string');
});

test('padding behind that no window reaches is as good as symmetric', (t) => {
  // An even image, stride 2: one position before, none behind, and none is missed there.
  const graph = graphOf({ attributes: { pads: [1, 1, 0, 0], strides: [2, 2] } });
  t.not(typeof offerOf(graph, 'conv2d', patterns), 'string');
});

for (const [pattern, what, changes, reason] of refusals) {
  test(`${pattern} refuses ${what}`, (t) => {
    const answer = offerOf(graphOf(changes), pattern, patterns);
    if (typeof answer !== 'string') throw new Error('it was taken');
    t.regex(answer, reason);
  });
}

function sumOf(
  changes: Partial<{ aScale: number; bScale: number; outputScale: number; zeroPoint: number; max: number }>,
  shapes: readonly [readonly number[], readonly number[]] = [
    [1, 4, 3, 3],
    [1, 4, 3, 3],
  ],
): Graph {
  const editor = emptyGraph();
  const [a, b] = shapes.map((shape, i) => editor.input(`x${i}`, { dtype: 'int8', shape }));
  if (!a || !b) throw new TypeError('two operands');
  editor.setOutputs([
    editor.add1(ops.quantizedAdd, [a, b], {
      rule: 'single',
      aScale: 1,
      bScale: 1,
      outputScale: 2,
      aZeroPoint: 0,
      bZeroPoint: 0,
      zeroPoint: 0,
      min: -128,
      max: 127,
      dtype: 'int8',
      ...changes,
    }),
  ]);
  return editor.finish();
}

test('sums of one scale are taken, shifted by a power of two', (t) => {
  for (const outputScale of [1, 2, 64])
    t.not(typeof offerOf(sumOf({ outputScale }), 'add', patterns), 'string');
});

const sums: readonly (readonly [string, Graph, RegExp])[] = [
  ['two scales', sumOf({ bScale: 2 }), /adds operands of scales 1 and 2/],
  ['other factors', sumOf({ outputScale: 3 }), /which is no right shift/],
  ['left shifts', sumOf({ outputScale: 0.5 }), /which is no right shift/],
  ['zero points', sumOf({ zeroPoint: 1 }), /has zero points/],
  ['narrow clips', sumOf({ max: 100 }), /clips to -128 … 100/],
  [
    'broadcasts',
    sumOf({}, [
      [1, 4, 3, 3],
      [1, 4, 1, 1],
    ]),
    /adds tensors of different shapes/,
  ],
  [
    'odd counts',
    sumOf({}, [
      [1, 3, 3, 3],
      [1, 3, 3, 3],
    ]),
    /has 27 elements in %x0, no multiple of 4/,
  ],
];

for (const [what, graph, reason] of sums) {
  test(`add refuses ${what}`, (t) => {
    const answer = offerOf(graph, 'add', patterns);
    if (typeof answer !== 'string') throw new Error('it was taken');
    t.regex(answer, reason);
  });
}
