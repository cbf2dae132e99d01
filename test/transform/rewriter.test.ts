import test from 'ava';
import { ops, Rewriter, rewriteGraph, verifyGraph, type RewriteRule } from 'match-compiler';
import { Sketch } from './sketch.ts';

/** x → a → b → y, b read twice. */
function chain() {
  const s = new Sketch('chain');
  const x = s.input('x', { dtype: 'float32', shape: [2, 3] });
  const a = s.node(ops.sigmoid, [x], {}, 'a');
  const b = s.node(ops.tanh, [a], {}, 'b');
  const y = s.node(ops.add, [b, b], { dtype: 'float32' }, 'y');
  const z = s.node(ops.neg, [b], {}, 'z');
  return { graph: s.done(y, z), x, a, b, y, z };
}

test('a substitute takes the name and all readers; what nobody reads any more goes', (t) => {
  const { graph, x, b } = chain();
  const rewriter = new Rewriter(graph);
  const now = rewriter.substitute(b, ops.abs, [x], {}, { name: 'short' });
  t.is(now.name, 'b');
  t.deepEqual(
    rewriter
      .consumers(now)
      .map((node) => node.name)
      .sort(),
    ['y', 'z'],
  );
  t.false(rewriter.hasSingleUse(now));
  const finished = rewriter.finish();
  t.deepEqual(verifyGraph(finished), []);
  t.deepEqual(
    finished.nodes.map((node) => node.name),
    ['short', 'y', 'z'],
  );
});

test('a name that is free in the end goes to the value that asked for it', (t) => {
  const { graph, x, b } = chain();
  const rewriter = new Rewriter(graph);
  const early = rewriter.add1(ops.abs, [x], {}, { name: 'b' });
  t.is(early.name, 'b.1');
  t.is(rewriter.nameOf(early), 'b');
  rewriter.replace(b, early);
  t.deepEqual(
    rewriter.finish().nodes.flatMap((node) => node.outputs.map((output) => output.name)),
    ['b', 'y', 'z'],
  );
});

test('an output is not replaced by what cannot carry its name', (t) => {
  const { graph, x, a, y, z } = chain();
  const rewriter = new Rewriter(graph);
  t.false(rewriter.mayReplace(y, x), 'a graph input');
  t.false(rewriter.mayReplace(y, z), 'another output');
  t.false(
    rewriter.mayReplace(y, rewriter.constant('c', { type: y.type, data: new Float32Array(6) })),
    'a constant',
  );
  t.true(rewriter.mayReplace(y, a));
});

test('new nodes take the place of those that they replace', (t) => {
  const { graph } = chain();
  const rule: RewriteRule = {
    name: 'sigmoid-to-tanh',
    at: [ops.sigmoid],
    apply(node, rewriter) {
      const [input] = node.inputs;
      const [output] = node.outputs;
      if (!input || !output) return false;
      rewriter.substitute(output, ops.tanh, [input], {}, { name: node.name, loc: node.loc });
      return true;
    },
  };
  const after = rewriteGraph(graph, [rule]);
  t.deepEqual(
    after.nodes.map((node) => node.name),
    ['a', 'b', 'y', 'z'],
  );
  t.is(rewriteGraph(after, [rule]), after, 'nothing to do: the same graph');
});

test('rules that never come to rest are told', (t) => {
  const { graph } = chain();
  const restless: RewriteRule = {
    name: 'restless',
    at: [ops.sigmoid],
    apply(node, rewriter) {
      const [input] = node.inputs;
      const [output] = node.outputs;
      if (!input || !output) return false;
      rewriter.substitute(output, ops.sigmoid, [input], {}, { name: node.name });
      return true;
    },
  };
  t.throws(() => rewriteGraph(graph, [restless]), { message: /does not end: rule restless at a/ });
});
