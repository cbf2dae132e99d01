import test from 'ava';
import { MatchError, tensor, type Diagnostic, type Tensor } from 'match-compiler';
import { build, explain, type ExplainOptions, type Explanation } from 'match-compiler/build';
import { folderWith } from '../support/match-cli.ts';
import { node, onnxFile, valueInfo } from '../support/onnx-model.ts';

const scalar = (value: number): Tensor => tensor('float32', [], [value]);
const zero = (value: number): Tensor => tensor('int8', [], [value]);

function weights(dtype: 'int8' | 'float32', shape: readonly number[]): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    dtype,
    shape,
    Array.from({ length: count }, (_, i) => ((i * 37) % 255) - 127),
  );
}

/** A name as TensorFlow Lite gives it to operators that it fused. */
const fused = 'net/relu/Relu;net/norm/FusedBatchNorm;net/conv/Conv2D';

/** Two convolutions that Diana's array takes, in a layout of its own; what follows runs on its host. */
const converted = onnxFile({
  nodes: [
    node(
      'QLinearConv',
      ['x', 's', 'z', 'w1', 's', 'z', 't', 'z'],
      ['a'],
      { pads: [1, 1, 1, 1] },
      { name: fused },
    ),
    node('QLinearConv', ['a', 't', 'z', 'w2', 's', 'z', 't', 'z'], ['b'], {}, { name: 'net/second/Conv2D' }),
    node('DequantizeLinear', ['b', 't', 'z'], ['c'], {}, { name: 'net/float' }),
    node('Softmax', ['c'], ['y'], { axis: 1 }, { name: 'net/probabilities' }),
  ],
  inputs: [valueInfo('x', 'int8', [1, 16, 8, 8])],
  outputs: [valueInfo('y', 'float32', [1, 16, 8, 8])],
  initializers: {
    s: scalar(0.01),
    t: scalar(0.2),
    z: zero(0),
    w1: weights('int8', [16, 16, 3, 3]),
    w2: weights('int8', [16, 16, 1, 1]),
  },
});

/** A convolution in one dimension is one in two between views. */
const viewed = onnxFile({
  nodes: [
    node('Softmax', ['x'], ['a'], { axis: 1 }, { name: 'before' }),
    node('Conv', ['a', 'w'], ['b'], {}, { name: 'line' }),
    node('Flatten', ['b'], ['c'], {}, { name: 'flat' }),
    node('Softmax', ['c'], ['y'], { axis: 1 }, { name: 'after' }),
  ],
  inputs: [valueInfo('x', 'float32', [1, 4, 8])],
  outputs: [valueInfo('y', 'float32', [1, 24])],
  initializers: { w: weights('float32', [4, 4, 3]) },
});

const cwd = folderWith({ 'converted.onnx': converted, 'viewed.onnx': viewed });
const diana: Omit<ExplainOptions, 'node'> = {
  cwd,
  config: { models: ['converted.onnx'], targets: ['diana'], numerics: 'hardware' },
};
const host: Omit<ExplainOptions, 'node'> = { cwd, config: { models: ['viewed.onnx'] } };

async function one(options: ExplainOptions): Promise<Explanation> {
  const [explanation] = await explain(options);
  if (!explanation) throw new Error('nothing was explained');
  return explanation;
}

async function refusal(options: ExplainOptions): Promise<Diagnostic> {
  const error: unknown = await explain(options).catch((reason: unknown) => reason);
  if (!MatchError.is(error)) throw new Error('it was accepted');
  return error.diagnostic;
}

test('what reads a conversion between layouts is explained as it is built', async (t) => {
  const [built] = await build({ ...diana, write: false });
  const layers = built?.layers.filter(({ operators }) => !operators.includes('layout_transform')) ?? [];
  t.deepEqual(
    layers.map(({ module }) => module),
    ['digital', 'digital', 'host', 'host'],
  );
  t.true((built?.layers.length ?? 0) > layers.length, 'nothing was converted');
  for (const { node: name, module, operators } of layers) {
    const { candidates, isView } = await one({ ...diana, node: name });
    const [first, ...others] = candidates;
    t.like(first, { chosen: true, module, operators: [...operators] }, name);
    t.false(isView, name);
    t.deepEqual(
      others.filter(({ chosen, difference }) => chosen || difference === undefined),
      [],
      name,
    );
  }
});

test('views are told by the mapping, and are not weighed against the nodes beside them', async (t) => {
  const flat = await one({ ...host, node: 'flat' });
  t.true(flat.isView);
  // A view is free, so that a kernel for it costs all that it takes.
  t.true(flat.candidates.every(({ cycles, difference }) => difference === cycles));
  const line = await one({ ...host, node: 'line' });
  t.false(line.isView);
  t.true(
    line.graphNodes.some(({ op }) => op === 'reshape'),
    JSON.stringify(line.graphNodes),
  );
  t.true(line.candidates[0]?.chosen);
  t.false(line.candidates.some(({ operators }) => operators.join() === 'reshape'));
});

test('an ellipsis stands for anything, as in the names that tables shorten', async (t) => {
  for (const text of ['net/relu/Relu;…', 'NET/relu…Conv2D', 'relu/Relu;…', 'norm…net/conv', '…onv/Conv2D']) {
    t.is((await one({ ...diana, node: text })).node, fused, text);
  }
  t.like(await refusal({ ...diana, node: 'net/…Conv2D' }), {
    code: 'NODE_AMBIGUOUS',
    notes: ['net/relu/Relu;…', 'net/second/Conv2D'],
  });
  t.like(await refusal({ ...diana, node: 'net/(…' }), { code: 'NODE_UNKNOWN' });
});

test('an operator that occurs once names its node', async (t) => {
  for (const text of ['softmax', 'Softmax']) {
    t.is((await one({ ...diana, node: text })).node, 'net/probabilities');
  }
  // The rewritten graph's operator, which the model calls otherwise.
  const { node: name, graphNodes } = await one({ ...diana, node: 'dequantize' });
  t.is(name, 'net/float');
  t.deepEqual(
    graphNodes.map(({ op }) => op),
    ['dequantize'],
  );
  t.like(await refusal({ ...diana, node: 'QLinearConv' }), { code: 'NODE_AMBIGUOUS' });
  t.like(await refusal({ ...host, node: 'softmax' }), { code: 'NODE_AMBIGUOUS', notes: ['before', 'after'] });
});

test('an empty name means no node', async (t) => {
  for (const text of ['', ' ']) t.like(await refusal({ ...host, node: text }), { code: 'NODE_UNKNOWN' });
});
