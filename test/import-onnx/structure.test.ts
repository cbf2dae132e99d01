import test from 'ava';
import { tensor } from 'match-compiler';
import { attributeTypes, encodeModel } from 'match-compiler/plugins/import-onnx';
import { float, importModel, node, onnxFile, valueInfo, type ModelParts } from '../support/onnx-model.ts';
import { numbers, operators, refusal, run } from './run-model.ts';

const x = [valueInfo('x', 'float32', [1, 2])];
const input = tensor('float32', [1, 2], [-3, 4]);

test('nodes keep their names, values the names of the tensors, both the way to the file', async (t) => {
  const graph = await importModel({
    nodes: [node('Relu', ['x'], ['a']), node('Neg', ['a'], ['y'], {}, { name: 'negate' })],
    inputs: x,
    outputs: ['y'],
  });
  t.deepEqual(
    graph.nodes.map(({ name, outputs, loc }) => [name, outputs[0]?.name, loc]),
    [
      ['a', 'a', [{ file: 'test.onnx', node: 'a', op: 'Relu', index: 0 }]],
      ['negate', 'y', [{ file: 'test.onnx', node: 'negate', op: 'Neg', index: 1 }]],
    ],
  );
  t.is(graph.info.format, 'onnx');
  t.is(graph.info.dialect, 'float');
});

test('a name that is defined twice means the nearest definition before', async (t) => {
  const { graph, outputs } = await run(
    t,
    {
      nodes: [
        node('Neg', ['x'], ['a']),
        node('Relu', ['a'], ['b']),
        node('Abs', ['x'], ['a']),
        node('Add', ['a', 'b'], ['y']),
      ],
      inputs: x,
      outputs: ['y'],
    },
    [input],
  );
  t.deepEqual(numbers(outputs[0]), [6, 4]);
  t.true(graph.info.recognised.some((line) => line.includes('defined more than once (a)')));
});

test('nodes that are out of order are sorted', async (t) => {
  const { graph, outputs } = await run(
    t,
    { nodes: [node('Neg', ['a'], ['y']), node('Relu', ['x'], ['a'])], inputs: x, outputs: ['y'] },
    [input],
  );
  t.deepEqual(numbers(outputs[0]), [-0, -4]);
  t.true(graph.info.recognised.some((line) => line.includes('sorted')));
});

test('what feeds no output is left out, even where it is not supported', async (t) => {
  const { graph } = await run(
    t,
    { nodes: [node('NoSuchOperator', ['x'], ['z']), node('Relu', ['x'], ['y'])], inputs: x, outputs: ['y'] },
    [input],
  );
  t.deepEqual(operators(graph), ['clip']);
  t.true(graph.info.recognised.some((line) => line.includes('1 nodes feed no output')));
});

test('the option outputs chooses tensors by name', async (t) => {
  const parts: ModelParts = {
    nodes: [node('Relu', ['x'], ['a']), node('Neg', ['a'], ['b']), node('NoSuchOperator', ['b'], ['y'])],
    inputs: x,
    outputs: ['y'],
  };
  const { graph } = await run(t, parts, [input], { options: { outputs: ['b', 'a'] } });
  t.deepEqual(
    graph.outputs.map(({ name }) => name),
    ['b', 'a'],
  );
  const { code, hint } = await refusal(parts, { options: { outputs: ['bb'] } });
  t.is(code, 'TENSOR_UNKNOWN');
  t.is(hint, "did you mean 'b'?");
});

test('every graph output is a value of its own that a node makes', async (t) => {
  const { graph, outputs } = await run(
    t,
    {
      nodes: [node('Relu', ['x'], ['a']), node('Identity', ['a'], ['b'])],
      inputs: x,
      outputs: ['a', 'b', 'x', 'c'],
      initializers: { c: tensor('float32', [1], [7]) },
    },
    [input],
  );
  t.is(new Set(graph.outputs).size, 4);
  for (const output of graph.outputs) t.truthy(graph.producer(output));
  t.deepEqual(
    graph.outputs.slice(0, 2).map(({ name }) => name),
    ['a', 'b'],
  );
  t.deepEqual(outputs.map(numbers), [[0, 4], [0, 4], [-3, 4], [7]]);
});

const functions = encodeModel({
  opset_import: [{ version: 13 }, { domain: 'own', version: 1 }],
  functions: [{ name: 'Mine', domain: 'own' }],
  graph: {
    node: [node('Mine', ['x'], ['y'], {}, { domain: 'own' })],
    input: x,
    output: [valueInfo('y', 'float32')],
  },
});

const refused: readonly {
  readonly name: string;
  readonly parts: ModelParts | Uint8Array;
  readonly code: string;
  readonly message: RegExp;
  readonly node?: string;
  readonly hint?: RegExp;
}[] = [
  {
    name: 'a cycle',
    parts: { nodes: [node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b'])], inputs: x, outputs: ['b'] },
    code: 'MODEL_CYCLE',
    message: /a → b → a/,
    node: 'a',
  },
  {
    name: 'a node that reads itself',
    parts: { nodes: [node('Add', ['x', 'a'], ['a'])], inputs: x, outputs: ['a'] },
    code: 'MODEL_CYCLE',
    message: /a → a/,
  },
  {
    name: 'a missing initializer',
    parts: {
      nodes: [node('Conv', ['x', 'conv1.weigth'], ['y'])],
      inputs: x,
      outputs: ['y'],
      initializers: { 'conv1.weight': input },
    },
    code: 'INPUT_UNDEFINED',
    message: /node 'y' reads 'conv1.weigth'/,
    node: 'y',
    hint: /conv1\.weight/,
  },
  {
    name: 'an undefined output',
    parts: { nodes: [node('Relu', ['x'], ['a'])], inputs: x, outputs: ['y'] },
    code: 'OUTPUT_UNDEFINED',
    message: /'y'/,
  },
  {
    name: 'no outputs',
    parts: { nodes: [node('Relu', ['x'], ['a'])], inputs: x, outputs: [] },
    code: 'MODEL_NO_OUTPUTS',
    message: /no outputs/,
  },
  {
    name: 'an unknown operator',
    parts: { nodes: [node('Sigmiod', ['x'], ['y'], {}, { name: 'act' })], inputs: x, outputs: ['y'] },
    code: 'OP_UNSUPPORTED',
    message: /Sigmiod \(opset 13\)/,
    node: 'act',
    hint: /nearest supported: Sigmoid/,
  },
  {
    name: 'an operator named like a property',
    parts: { nodes: [node('constructor', ['x'], ['y'])], inputs: x, outputs: ['y'] },
    code: 'OP_UNSUPPORTED',
    message: /constructor/,
  },
  {
    name: 'an operator of another domain',
    parts: { nodes: [node('Relu', ['x'], ['y'], {}, { domain: 'com.example' })], inputs: x, outputs: ['y'] },
    code: 'OP_UNSUPPORTED',
    message: /Relu of domain com\.example/,
  },
  {
    name: 'control flow',
    parts: {
      nodes: [
        node('If', ['x'], ['y'], {
          then_branch: { attribute: { type: attributeTypes.graph, g: { name: 'then' } } },
        }),
      ],
      inputs: x,
      outputs: ['y'],
    },
    code: 'SUBGRAPH_UNSUPPORTED',
    message: /If/,
  },
  { name: 'local functions', parts: functions, code: 'FUNCTIONS_UNSUPPORTED', message: /Mine/ },
  {
    name: 'an old opset',
    parts: { nodes: [node('Relu', ['x'], ['y'])], inputs: x, outputs: ['y'], opset: 5 },
    code: 'OPSET_UNSUPPORTED',
    message: /5/,
  },
  {
    name: 'no opset',
    parts: { nodes: [node('Relu', ['x'], ['y'])], inputs: x, outputs: ['y'], opset: null },
    code: 'OPSET_UNSUPPORTED',
    message: /does not say/,
  },
  {
    name: 'a missing input',
    parts: { nodes: [node('Add', ['x'], ['y'])], inputs: x, outputs: ['y'] },
    code: 'INPUT_MISSING',
    message: /Add needs an input 2/,
  },
  {
    name: 'an attribute of another type',
    parts: { nodes: [node('LeakyRelu', ['x'], ['y'], { alpha: 1 })], inputs: x, outputs: ['y'] },
    code: 'ATTRIBUTE_UNSUPPORTED',
    message: /alpha is of type int where float belongs/,
  },
  {
    name: 'an unknown choice',
    parts: {
      nodes: [node('Gelu', ['x'], ['y'], { approximate: 'rough' })],
      inputs: x,
      outputs: ['y'],
      opset: 20,
    },
    code: 'ATTRIBUTE_UNSUPPORTED',
    message: /approximate is 'rough'/,
    hint: /none, tanh/,
  },
  {
    name: 'shapes that do not fit',
    parts: {
      nodes: [node('Add', ['x', 'w'], ['y'], {}, { name: 'sum' })],
      inputs: x,
      outputs: ['y'],
      initializers: { w: tensor('float32', [3]) },
    },
    code: 'MODEL_SHAPE',
    message: /do not broadcast/,
    node: 'sum',
  },
  {
    name: 'a shape from run time',
    parts: {
      nodes: [node('Reshape', ['x', 's'], ['y'])],
      inputs: [...x, valueInfo('s', 'int64', [2])],
      outputs: ['y'],
    },
    code: 'INPUT_UNBOUND',
    message: /the input 's', the shape of Reshape, must be known/,
  },
  {
    name: 'a second output that nothing makes',
    parts: {
      nodes: [node('BatchNormalization', ['x', 'w', 'w', 'w', 'w'], ['y', 'mean'])],
      inputs: [...x, valueInfo('w', 'float32', [3])],
      outputs: ['y', 'mean'],
    },
    code: 'FEATURE_UNSUPPORTED',
    message: /training outputs/,
  },
];

for (const { name, parts, code, message, node: culprit, hint } of refused) {
  test(`what cannot be read is refused: ${name}`, async (t) => {
    const found = await refusal(parts);
    t.is(found.code, code);
    t.regex(found.message, message);
    t.is(found.loc?.file, 'test.onnx');
    if (culprit) t.is(found.loc?.node, culprit);
    if (hint) t.regex(found.hint ?? '', hint);
  });
}

test('attributes without a known meaning are told', async (t) => {
  const graph = await importModel({
    nodes: [node('LeakyRelu', ['x'], ['y'], { alpha: float(0.5), out_bits: 8 })],
    inputs: x,
    outputs: ['y'],
  });
  t.true(graph.info.recognised.includes('attributes without a known meaning are ignored: out_bits (1)'));
});

test('a chain of 20,000 nodes does not exhaust the stack', async (t) => {
  const count = 20_000;
  const nodes = Array.from({ length: count }, (_, i) =>
    node('Neg', [i === 0 ? 'x' : `t${i}`], [`t${i + 1}`]),
  );
  const file = { nodes: nodes.reverse(), inputs: x, outputs: [`t${count}`] };
  t.true(onnxFile(file).length > 0);
  t.is((await importModel(file)).nodes.length, count);
});
