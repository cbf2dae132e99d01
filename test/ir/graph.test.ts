import test from 'ava';
import {
  CycleError,
  Graph,
  GraphEditor,
  isOp,
  ops,
  pattern,
  printGraph,
  tensor,
  verifyGraph,
  type Node,
  type Value,
} from 'match-compiler';

const info = { file: 'a.onnx', format: 'onnx', dialect: 'float', recognised: [] };
const type = { dtype: 'float32', shape: [1, 4] } as const;

function chain(): { editor: GraphEditor; x: Value; a: Value; b: Value } {
  const editor = new GraphEditor({ name: 'chain', info });
  const x = editor.input('x', type);
  const a = editor.add1(ops.sigmoid, [x], {}, { name: 'a' });
  const b = editor.add1(ops.clip, [a], { min: 0, max: 6 }, { name: 'b' });
  editor.setOutputs([b]);
  return { editor, x, a, b };
}

test('the text form shows constants, attributes and outputs', (t) => {
  const { editor, b } = chain();
  const small = editor.constant('small', tensor('float32', [1, 4], [1, 2, 3, 4]));
  const large = editor.constant(
    'large',
    tensor(
      'float32',
      [4, 4],
      Array.from({ length: 16 }, (_, i) => i),
    ),
  );
  const sum = editor.add1(ops.add, [b, small], { dtype: 'float32' }, { name: 'sum' });
  editor.setOutputs([
    editor.add1(
      ops.dense,
      [sum, large],
      { inputZeroPoint: 0, weightZeroPoint: 0, accumulator: 'float32' },
      { name: 'fc' },
    ),
  ]);
  t.snapshot(printGraph(editor.finish()));
});

test('nodes may be added in any order, and an ordered graph keeps its order', (t) => {
  const { editor, x, a } = chain();
  const late = editor.add1(ops.sigmoid, [x], {}, { name: 'late' });
  editor.replace(a, late);
  const graph = editor.finish();
  t.deepEqual(
    graph.nodes.map((node) => node.name),
    ['a', 'late', 'b'],
  );
  t.deepEqual(verifyGraph(graph), []);
});

test('a circle is named', (t) => {
  const { editor, a, b } = chain();
  const graph = editor.finish();
  const again = new GraphEditor(graph);
  const looped = again.add1(ops.sigmoid, [b], {}, { name: 'loop' });
  again.replace(a, looped);
  const error = t.throws(() => again.finish(), { instanceOf: CycleError });
  t.deepEqual(new Set(error.nodes.map((node) => node.name)), new Set(['b', 'loop']));
});

test('a deep chain does not overflow the stack', (t) => {
  const editor = new GraphEditor({ name: 'deep', info });
  let value = editor.input('x', type);
  for (let i = 0; i < 50_000; i++) value = editor.add1(ops.clip, [value], { min: 0, max: 6 });
  editor.setOutputs([value]);
  t.is(editor.finish().nodes.length, 50_000);
});

test('a replaced graph output passes its name on', (t) => {
  const { editor, x, b } = chain();
  const better = editor.add1(ops.tanh, [x], {}, { name: 'better' });
  editor.replace(b, better);
  const graph = editor.finish();
  t.is(graph.outputs[0]?.name, 'b');
  t.deepEqual(
    verifyGraph(new GraphEditor(graph).finish()).filter((fault) => !fault.message.includes('named')),
    [],
  );
});

test('the verifier finds what is broken', (t) => {
  const graph = chain().editor.finish();
  const broken = (nodes: readonly Node[]): string[] =>
    verifyGraph(
      new Graph({ ...graph, name: graph.name, info, inputs: graph.inputs, outputs: graph.outputs, nodes }),
    ).map((fault) => fault.message);
  const [first, second] = graph.nodes as [Node, Node];
  t.deepEqual(broken([second, first]), ['reads %a before it is made']);
  t.deepEqual(broken([first]), ['output %b is never made']);
  t.deepEqual(broken([first, first, second]), ['makes %a a second time']);
  const wrong = {
    ...second,
    outputs: [{ ...second.outputs[0], type: { dtype: 'float32', shape: [9] } } as Value],
  };
  t.regex(broken([first, wrong]).join(), /%b is float32\[9\] where clip gives float32\[1,4\]/);
});

test('a pattern captures nodes and tells why a near match was refused', (t) => {
  const { editor, b } = chain();
  const graph = editor.finish();
  const root = graph.producer(b) as Node;
  const found = pattern.matchPattern(
    pattern.op(ops.clip, {
      as: 'clip',
      inputs: [pattern.op(ops.sigmoid, { as: 'sigmoid', inputs: [pattern.any('x')] })],
    }),
    root,
    graph,
  );
  t.true('match' in found);
  if ('match' in found) {
    t.deepEqual(
      found.match.nodes.map((node) => node.name),
      ['a', 'b'],
    );
    t.true(isOp(pattern.captured(found.match, 'clip', ops.clip), ops.clip));
  }
  const refused = pattern.matchPattern(
    pattern.op(ops.clip, {
      where: [(node) => node.attributes.max === 1 || `clips at ${node.attributes.max}`],
    }),
    root,
    graph,
  );
  t.like(refused, { refusal: { reason: 'clips at 6' } });
});

test('a pattern does not absorb a value that others read', (t) => {
  const { editor, a, b } = chain();
  editor.setOutputs([b, a]);
  const graph = editor.finish();
  const result = pattern.matchPattern(
    pattern.op(ops.clip, { inputs: [pattern.op(ops.sigmoid)] }),
    graph.producer(b) as Node,
    graph,
  );
  t.like(result, { refusal: { reason: '%a is used outside the pattern as well' } });
});
