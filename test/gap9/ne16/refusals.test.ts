import test from 'ava';
import { GraphEditor, ops, tensor, type Conv2dAttributes, type DataType, type Graph } from 'match-compiler';
import { offerOf, patterns } from './call-engine.ts';

/** A convolution with a requantize of the rule `shift` behind it, both as the engine takes them. */
interface Plain {
  readonly x: readonly [DataType, readonly number[]];
  readonly w: readonly [DataType, readonly number[]];
  readonly attributes: Partial<Conv2dAttributes>;
  readonly weight: number;
  readonly multiplier: number;
  readonly addend: number;
  readonly shift: number;
  readonly requantize: Partial<{
    rule: 'shift' | 'floor';
    dtype: DataType;
    min: number;
    max: number;
    productBits: number;
    divisor: number;
  }>;
  readonly constantWeights: boolean;
}

const plain: Plain = {
  x: ['uint8', [1, 4, 6, 6]],
  w: ['int8', [8, 4, 3, 3]],
  attributes: {},
  weight: 3,
  multiplier: 5,
  addend: 7,
  shift: 6,
  requantize: {},
  constantWeights: true,
};

function graphOf(changes: Partial<Plain>): Graph {
  const { x, w, attributes, weight, multiplier, addend, shift, requantize, constantWeights } = {
    ...plain,
    ...changes,
  };
  const editor = new GraphEditor({
    name: 'refused',
    info: { file: 'refused', format: 'test', dialect: 'test', recognised: [] },
  });
  const count = w[1].reduce((a, b) => a * b, 1);
  const weights = constantWeights
    ? editor.constant('w', tensor(w[0], w[1], new Array<number>(count).fill(weight)))
    : editor.input('w', { dtype: w[0], shape: w[1] });
  const [acc] = editor.add(ops.conv2d, [editor.input('x', { dtype: x[0], shape: x[1] }), weights], {
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    groups: 1,
    inputZeroPoint: 0,
    weightZeroPoint: 0,
    accumulator: 'int32',
    ...attributes,
  });
  if (!acc) throw new TypeError('no sums');
  const scalar = (name: string, dtype: DataType, value: number) =>
    editor.constant(name, tensor(dtype, [1], [value]));
  const rule = requantize.rule ?? 'shift';
  const constants = [scalar('multiplier', 'int32', multiplier), scalar('addend', 'int32', addend)];
  if (rule === 'shift') constants.push(scalar('shift', 'int8', shift));
  editor.setOutputs(
    editor.add(ops.requantize, [acc, ...constants], {
      rule,
      axis: 1,
      inputZeroPoint: 0,
      zeroPoint: 0,
      min: 0,
      max: 255,
      dtype: 'uint8',
      ...requantize,
    }),
  );
  return editor.finish();
}

const refused: readonly (readonly [string, Partial<Plain>, RegExp])[] = [
  ['conv3x3', { x: ['int8', [1, 4, 6, 6]] }, /^reads int8, and the engine uint8$/],
  ['conv3x3', { x: ['uint8', [2, 4, 6, 6]] }, /^has a batch of 2$/],
  ['conv3x3', { w: ['int16', [8, 4, 3, 3]] }, /^has int16 weights/],
  ['conv3x3', { constantWeights: false }, /^has weights that are no constants$/],
  ['conv3x3', { attributes: { accumulator: 'int64' } }, /^sums in int64/],
  ['conv3x3', { w: ['int8', [8, 4, 5, 3]] }, /^has a 5×3 kernel$/],
  ['conv3x3', { w: ['int8', [8, 4, 1, 1]] }, /^has a 1×1 kernel$/],
  ['conv3x3', { attributes: { dilations: [2, 1] } }, /^has a 3×3 kernel with dilations 2 and 1$/],
  ['conv3x3', { w: ['int8', [8, 2, 3, 3]], attributes: { groups: 2 } }, /^has 2 groups$/],
  ['conv3x3', { attributes: { strides: [2, 2] } }, /^has strides 2 and 2$/],
  ['conv3x3', { attributes: { pads: [3, 0, 0, 0] } }, /^has windows that lie in the padding$/],
  ['conv3x3', { attributes: { pads: [0, 0, 3, 0] } }, /^has windows that lie in the padding$/],
  ['conv3x3', { attributes: { pads: [1, 0, 2, 0] } }, /^pads 2 positions behind/],
  ['conv3x3_stride2', {}, /^has strides 1 and 1$/],
  ['conv3x3_stride2', { attributes: { strides: [2, 1] } }, /^has strides 2 and 1$/],
  ['conv3x3_stride2', { attributes: { strides: [3, 3] } }, /^has strides 3 and 3$/],
  [
    'conv3x3_stride2',
    { w: ['int8', [7, 4, 3, 3]], attributes: { strides: [2, 2] } },
    /odd number of filters, 7$/,
  ],
  ['depthwise3x3', {}, /^sums over channels$/],
  [
    'depthwise3x3',
    { w: ['int8', [8, 1, 3, 3]], attributes: { groups: 4 } },
    /^has 4 groups for 4 channels and 8/,
  ],
  ['conv1x1', {}, /^has a 3×3 kernel$/],
  ['conv1x1', { w: ['int8', [8, 4, 1, 1]], attributes: { pads: [1, 0, 0, 0] } }, /^pads a 1×1 kernel$/],
  ['linear', { w: ['int8', [8, 4, 1, 1]] }, /^has 6×6 outputs a filter$/],
  ['linear', { x: ['uint8', [1, 4, 1, 1]], w: ['int8', [8, 4, 1, 1]] }, /^has 4 inputs, no multiple of 16$/],
  [
    'conv3x3',
    { requantize: { rule: 'floor', divisor: 64 } },
    /^scales by the rule floor, and the engine by shift$/,
  ],
  ['conv3x3', { requantize: { dtype: 'int16', min: -9, max: 9 } }, /^writes int16/],
  ['conv3x3', { requantize: { max: 127 } }, /^clips to 0 … 127, and the engine uint8 to 0 … 255$/],
  ['conv3x3', { requantize: { dtype: 'int8', min: 0, max: 127 } }, /^clips to 0 … 127, and the engine int8/],
  ['conv3x3', { multiplier: -5 }, /^scales by -5, and the engine by no negative number$/],
  ['conv3x3', { shift: -1 }, /^shifts by -1, and the engine by 0 to 31$/],
  ['conv3x3', { shift: 32 }, /^shifts by 32, and the engine by 0 to 31$/],
  ['conv3x3', { multiplier: 2 ** 20 + 1 }, /which leaves 31 bits$/],
  [
    'conv3x3',
    { multiplier: 2 ** 20 + 1, attributes: { inputZeroPoint: 255 } },
    /^needs a bias of .* beyond 32 bits$/,
  ],
  [
    'conv1x1',
    { x: ['uint8', [1, 70_000, 1, 1]], w: ['int8', [1, 70_000, 1, 1]], weight: 127 },
    /^sums 70000 products, which may leave 32 bits$/,
  ],
];

for (const [name, changes, reason] of refused) {
  test(`${name} refuses ${JSON.stringify(changes)}`, (t) => {
    const answer = offerOf(graphOf(changes), name);
    t.regex(typeof answer === 'string' ? answer : 'taken', reason);
  });
}

test('what a refusal is a change of, is taken', (t) => {
  t.not(typeof offerOf(graphOf({}), 'conv3x3'), 'string');
  t.not(typeof offerOf(graphOf({ attributes: { strides: [2, 2] } }), 'conv3x3_stride2'), 'string');
  const pointwise = { w: ['int8', [8, 4, 1, 1]] } as const;
  t.not(typeof offerOf(graphOf(pointwise), 'conv1x1'), 'string');
  const depthwise = { w: ['int8', [4, 1, 3, 3]], attributes: { groups: 4 } } as const;
  t.not(typeof offerOf(graphOf(depthwise), 'depthwise3x3'), 'string');
  const dense = { x: ['uint8', [1, 16, 1, 1]], w: ['int8', [8, 16, 1, 1]] } as const;
  t.not(typeof offerOf(graphOf(dense), 'linear'), 'string');
});

test('a promise of 31 bits of product is believed', (t) => {
  const wide = { multiplier: 2 ** 20 + 1 };
  t.is(typeof offerOf(graphOf(wide), 'conv3x3'), 'string');
  t.not(typeof offerOf(graphOf({ ...wide, requantize: { productBits: 31 } }), 'conv3x3'), 'string');
});

test('layers of many jobs keep the controller busy, others do not', (t) => {
  t.deepEqual(
    patterns.filter(({ synchronous }) => synchronous).map(({ name }) => name),
    patterns.map(({ name }) => name).filter((name) => name.includes('stride2')),
  );
});
