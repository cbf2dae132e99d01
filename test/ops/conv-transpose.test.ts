import test from 'ava';
import {
  ops,
  ShapeError,
  tensor,
  type Accumulator,
  type ConvTransposeAttributes,
  type DataType,
} from 'match-compiler';
import { integerSource, numbers, randomTensor, run } from './run-operator.ts';

const plain = { inputZeroPoint: 0, weightZeroPoint: 0 } as const;
const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);

test('a transposed convolution is the adjoint of the convolution: ⟨conv x, y⟩ = ⟨x, transposed y⟩', (t) => {
  const next = integerSource(7);
  for (let round = 0; round < 200; round++) {
    const groups = next(1, 3);
    const [inner, outer] = [groups * next(1, 2), groups * next(1, 2)];
    const kernel = [next(1, 3), next(1, 3)];
    const strides = [next(1, 3), next(1, 3)];
    const dilations = [next(1, 2), next(1, 2)];
    const pads = [next(0, 2), next(0, 2)];
    const extents = kernel.map((k, i) => (k - 1) * (dilations[i] ?? 1) + 1 + next(0, 5));
    const batch = next(1, 2);
    const accumulator: Accumulator = round % 2 === 0 ? 'int32' : 'int64';
    const shared = { ...plain, groups, strides, dilations, accumulator };
    const x = randomTensor('int8', [batch, inner, ...extents], next, -128, 127);
    const w = randomTensor('int8', [outer, inner / groups, ...kernel], next, -128, 127);
    const forward = run(ops.conv2d, [x, w], { ...shared, pads: [...pads, ...pads] });
    const y = randomTensor('int16', forward.type.shape, next, -999, 999);
    const back = run(ops.convTranspose, [y, w], { ...shared, extents, pads });
    t.deepEqual(back.type.shape, x.type.shape);
    t.is(
      dot(numbers(forward), numbers(y)),
      dot(numbers(x), numbers(back)),
      JSON.stringify({ ...shared, pads }),
    );
  }
});

test('three axes, one of them plain, give what each plane gives', (t) => {
  const next = integerSource(8);
  const w = randomTensor('float32', [2, 3, 1, 2, 3], next, -9, 9);
  const x = randomTensor('float32', [1, 2, 4, 3, 2], next, -9, 9);
  const common = { ...plain, groups: 1, accumulator: 'float32' } as const;
  const whole = run(ops.convTranspose, [x, w], {
    ...common,
    extents: [4, 6, 4],
    strides: [1, 2, 1],
    dilations: [1, 1, 1],
    pads: [0, 0, 0],
  });
  const flat = run(
    ops.convTranspose,
    [
      // Depth in the place of the batch.
      run(ops.reshape, [run(ops.transpose, [x], { perm: [2, 0, 1, 3, 4] })], { shape: [4, 2, 3, 2] }),
      run(ops.reshape, [w], { shape: [2, 3, 2, 3] }),
    ],
    { ...common, extents: [6, 4], strides: [2, 1], dilations: [1, 1], pads: [0, 0] },
  );
  const planes = run(ops.reshape, [flat], { shape: [4, 1, 3, 6, 4] });
  t.deepEqual(numbers(whole), numbers(run(ops.transpose, [planes], { perm: [1, 2, 0, 3, 4] })));
});

test('zero points and bias; what no input reaches is the bias', (t) => {
  const attributes: ConvTransposeAttributes = {
    extents: [1, 6],
    strides: [1, 3],
    dilations: [1, 1],
    pads: [0, -1],
    groups: 1,
    inputZeroPoint: 10,
    weightZeroPoint: -1,
    accumulator: 'int32',
  };
  const x = tensor('int8', [1, 1, 1, 2], [11, 13]);
  const w = tensor('int8', [1, 1, 1, 2], [1, 3]);
  const bias = tensor('int32', [1], [100]);
  t.deepEqual(numbers(run(ops.convTranspose, [x, w, bias], attributes)), [100, 102, 104, 100, 106, 112]);
});

test('types that do not fit', (t) => {
  const type = (dtype: DataType, ...shape: number[]) => ({ dtype, shape });
  const attributes: ConvTransposeAttributes = {
    ...plain,
    extents: [2, 2],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0],
    groups: 2,
    accumulator: 'int32',
  };
  const refuse = (
    inputs: Parameters<typeof ops.convTranspose.infer>[0],
    message: RegExp,
    change = {},
  ): void => {
    const error = t.throws(() => ops.convTranspose.infer(inputs, { ...attributes, ...change }), {
      instanceOf: ShapeError,
    });
    t.regex(error.message, message);
  };
  const [x, w] = [type('int8', 1, 4, 2, 2), type('int8', 4, 3, 1, 1)];
  t.deepEqual(ops.convTranspose.infer([x, w], attributes), [type('int32', 1, 6, 2, 2)]);
  refuse([type('int8', 1, 4, 2), w], /rank 3/);
  refuse([type('int8', 1, 3, 2, 2), w], /3 channels, the weights 4/);
  refuse([x, w], /in 3 groups/, { groups: 3 });
  refuse([x, w, type('int32', 5)], /bias of shape \[5\] for 6 filters/);
  refuse([x, w], /extents is \[2\]/, { extents: [2] });
  refuse([type('float64', 1, 4, 2, 2), w], /float64 times int8 into int32/);
});
