import test from 'ava';
import { evaluateGraph, EvaluationError, GraphEditor, ops, ShapeError, tensor } from 'match-compiler';
import { numbers } from './run-operator.ts';

const info = { file: 'test', format: 'test', dialect: 'float', recognised: [] };
const type = { dtype: 'float32', shape: [2] } as const;

function sumOfNegatives() {
  const editor = new GraphEditor({ name: 'g', info });
  const [a, b] = [editor.input('a', type), editor.input('b', type)];
  const na = editor.add1(ops.neg, [a], {}, { name: 'na' });
  const nb = editor.add1(ops.neg, [b], {}, { name: 'nb' });
  const sum = editor.add1(ops.add, [na, nb], { dtype: 'float32' }, { name: 'sum' });
  const scaled = editor.add1(
    ops.mul,
    [sum, editor.constant('two', tensor('float32', [], [2]))],
    { dtype: 'float32' },
    { name: 'scaled' },
  );
  editor.setOutputs([scaled, na]);
  return editor.finish();
}

test('outputs come in order; kept and output values go by name', (t) => {
  const inputs = [tensor('float32', [2], [1, 2]), tensor('float32', [2], [10, 20])];
  const { outputs, values } = evaluateGraph(sumOfNegatives(), inputs, { keep: ['sum'] });
  t.deepEqual(outputs.map(numbers), [
    [-22, -44],
    [-1, -2],
  ]);
  t.deepEqual([...values.keys()].sort(), ['a', 'b', 'na', 'scaled', 'sum']);
  t.deepEqual(numbers(values.get('sum') ?? tensor('float32', [0])), [-11, -22]);
  t.deepEqual(numbers(inputs[0] ?? tensor('float32', [0])), [1, 2]);
});

test('inputs must fit the graph', (t) => {
  const graph = sumOfNegatives();
  t.throws(() => evaluateGraph(graph, []), {
    instanceOf: ShapeError,
    message: /0 inputs for a graph that takes 2/,
  });
  const wrong = [tensor('float32', [2]), tensor('float32', [3])];
  t.throws(() => evaluateGraph(graph, wrong), {
    instanceOf: ShapeError,
    message: /%b is float32\[2\], not float32\[3\]/,
  });
});

test('a failing operator names its node', (t) => {
  const editor = new GraphEditor({ name: 'g', info });
  const index = editor.input('index', { dtype: 'int32', shape: [1] });
  const table = editor.constant('table', tensor('int8', [4]));
  editor.setOutputs([editor.add1(ops.gather, [table, index], { axis: 0 }, { name: 'pick' })]);
  const error = t.throws(() => evaluateGraph(editor.finish(), [tensor('int32', [1], [9])]), {
    instanceOf: EvaluationError,
  });
  t.is(error.node, 'pick');
  t.regex(error.message, /pick \(gather\): .*index 9 on an axis of 4/);
});

test('a graph input and a constant may be outputs, and one value several', (t) => {
  const editor = new GraphEditor({ name: 'g', info });
  const a = editor.input('a', type);
  const constant = editor.constant('c', tensor('float32', [1], [7]));
  const n = editor.add1(ops.neg, [a], {}, { name: 'n' });
  editor.setOutputs([a, constant, n, n]);
  const { outputs } = evaluateGraph(editor.finish(), [tensor('float32', [2], [1, 2])]);
  t.deepEqual(outputs.map(numbers), [[1, 2], [7], [-1, -2], [-1, -2]]);
});
