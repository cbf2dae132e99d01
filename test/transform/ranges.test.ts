import test from 'ava';
import { evaluateGraph, ops, overall, RangeAnalysis, type Value } from 'match-compiler';
import { randomGraph } from './random-graph.ts';
import { convolution, randomInput, Sketch } from './sketch.ts';

test('no value of a random graph leaves its bounds', (t) => {
  for (let seed = 0; seed < 120; seed++) {
    const graph = randomGraph(seed, 24);
    const ranges = new RangeAnalysis(graph);
    const made = graph.nodes.flatMap((node) => node.outputs);
    const inputs = graph.inputs.map((input) => randomInput(`seed ${seed}`, input));
    const { values } = evaluateGraph(graph, inputs, { keep: made.map((value) => value.name) });
    for (const value of made) {
      const { min, max } = ranges.overall(value);
      const data = Array.from((values.get(value.name)?.data ?? []) as ArrayLike<number | bigint>, Number);
      t.true(
        data.every((element) => element >= min && element <= max),
        `seed ${seed}: %${value.name} in ${min}..${max}`,
      );
    }
  }
});

test('an accumulator is bounded per channel by its weights, its bias and the limits of its input', (t) => {
  const s = new Sketch('accumulator');
  const x = s.node(
    ops.clip,
    [s.input('x', { dtype: 'uint8', shape: [1, 2, 3, 3] })],
    { min: 0, max: 6 },
    'six',
  );
  const w = s.fixed('w', 'int8', [2, 2, 1, 1], [1, -2, 3, 4]);
  const b = s.fixed('b', 'int32', [2], [10, -10]);
  const attributes = convolution({ pads: [0, 0, 0, 0], accumulator: 'int32' });
  const acc = s.node(ops.conv2d, [x, w, b], attributes, 'acc');
  const scaled = s.node(
    ops.mul,
    [acc, s.fixed('k', 'int32', [2, 1, 1], [-1, 100])],
    { dtype: 'int32' },
    'scaled',
  );
  const ranges = new RangeAnalysis(s.done(scaled));
  t.deepEqual(ranges.of(acc), { min: [-2, -10], max: [16, 32] });
  t.deepEqual(ranges.of(scaled), { min: [-16, -1000], max: [2, 3200] });
});

test('a result that may wrap around is bounded by its type alone', (t) => {
  const s = new Sketch('wraps');
  const x = s.input('x', { dtype: 'int16', shape: [1, 2] });
  const k = (name: string, value: number): Value => s.fixed(name, 'int32', [], [value]);
  const fits = s.node(ops.mul, [x, k('small', 65536)], { dtype: 'int32' }, 'fits');
  const wraps = s.node(ops.mul, [x, k('large', 65537)], { dtype: 'int32' }, 'wraps');
  const ranges = new RangeAnalysis(s.done(fits, wraps));
  t.deepEqual(ranges.overall(fits), { min: -(2 ** 31), max: 32767 * 65536 });
  t.deepEqual(overall(ranges.of(wraps)), { min: -(2 ** 31), max: 2 ** 31 - 1 });
});
