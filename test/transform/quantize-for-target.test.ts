import test from 'ava';
import {
  createCompiler,
  evaluateGraph,
  isOp,
  ops,
  RangeAnalysis,
  verifyGraph,
  type Graph,
  type Tensor,
  type Value,
} from 'match-compiler';
import quantizeForTarget, {
  sinkSigns,
  type QuantizeForTargetOptions,
} from 'match-compiler/plugins/quantize-for-target';
import { randomLayers } from './random-layers.ts';
import { randomQuantizedGraph } from './random-quantized-graph.ts';
import { shiftsAlone } from './shift-target.ts';
import { randomInput, Sketch } from './sketch.ts';
import { stageContext } from './stage-context.ts';

const context = stageContext(undefined, { numerics: 'hardware', target: { requantization: shiftsAlone } });

function quantized(graph: Graph, options: QuantizeForTargetOptions = {}): Promise<Graph> {
  const plugin = quantizeForTarget({ name: 'quantize', ...options });
  return createCompiler({ plugins: [plugin], report: () => undefined, verifyEach: true }).transform(
    graph,
    context,
  );
}

function samplesOf(graph: Graph, count: number): readonly (readonly Tensor[])[] {
  return Array.from({ length: count }, (_, i) =>
    graph.inputs.map((input) => randomInput(`sample ${i}`, input)),
  );
}

function meanDifference(a: Graph, b: Graph, samples: readonly (readonly Tensor[])[]): number {
  let [sum, count] = [0, 0];
  for (const inputs of samples) {
    const given = evaluateGraph(b, inputs).outputs;
    evaluateGraph(a, inputs).outputs.forEach((output, i) => {
      const other = Array.from((given[i]?.data ?? []) as ArrayLike<number>);
      Array.from(output.data as ArrayLike<number>).forEach((value, at) => {
        sum += Math.abs(value - (other[at] ?? NaN));
        count++;
      });
    });
  }
  return sum / count;
}

/** Everything that the engines of the target ask of a layer and of a sum. */
function complaints(graph: Graph, before: Graph): readonly string[] {
  /** Sums of which one operand is a sum with the other: no factors meet both. */
  const kept = new Set(before.nodes.map(({ name, attributes }) => `${name} ${JSON.stringify(attributes)}`));
  return graph.nodes.flatMap((node): string[] => {
    if (isOp(node, ops.quantizedAdd)) {
      if (kept.has(`${node.name} ${JSON.stringify(node.attributes)}`)) return [];
      const { aScale, bScale, outputScale, aZeroPoint, bZeroPoint, zeroPoint } = node.attributes;
      const shifted =
        aScale === 1 && bScale === 1 && Number.isInteger(Math.log2(outputScale)) && outputScale >= 1;
      return shifted && [aZeroPoint, bZeroPoint, zeroPoint].every((zero) => zero === 0)
        ? []
        : [`${node.name}: no shift`];
    }
    if (!isOp(node, ops.conv2d) && !isOp(node, ops.dense)) return [];
    const [user] = node.outputs.flatMap((output) => graph.consumers(output));
    const found: string[] = [];
    if (node.attributes.inputZeroPoint !== 0 || node.attributes.weightZeroPoint !== 0)
      found.push('zero points');
    if (node.inputs.length !== 2) found.push('a bias beside the addend');
    if (!isOp(user, ops.requantize) || user.attributes.rule !== 'shift') return [...found, 'no shift'];
    const [multiplier, , shift] = user.inputs
      .slice(1)
      .map(({ constant }) => Array.from((constant?.data ?? []) as Int32Array));
    if (multiplier?.join() !== '1' || shift?.length !== 1) found.push('a multiplier or several shifts');
    return found.map((each) => `${node.name}: ${each}`);
  });
}

for (const [name, options, most] of [
  ['without samples', {}, 5],
  [
    'with samples',
    { samples: (inputs) => [0, 1, 2].map((i) => inputs.map((input) => randomInput(`seen ${i}`, input))) },
    4,
  ],
] as const satisfies readonly (readonly [string, QuantizeForTargetOptions, number])[]) {
  test(`random layers come to shifts alone and stay near the model, ${name}`, async (t) => {
    let total = 0;
    const seeds = 60;
    for (let seed = 0; seed < seeds; seed++) {
      const before = randomLayers(seed, 3 + (seed % 9));
      const after = await quantized(before, options);
      t.deepEqual(verifyGraph(after), [], `seed ${seed}`);
      t.deepEqual(complaints(after, before), [], `seed ${seed}`);
      t.deepEqual(
        after.outputs.map(({ name: own, type }) => [own, type.dtype]),
        before.outputs.map(({ name: own, type }) => [own, type.dtype]),
      );
      const difference = meanDifference(before, after, samplesOf(before, 2));
      t.true(difference <= most, `seed ${seed}: ${difference} steps`);
      total += difference;
    }
    t.true(total / seeds < 1.5, `${total / seeds} steps in the mean`);
  });
}

test('random graphs with operators that keep the model form stay whole graphs', async (t) => {
  let shifts = 0;
  for (let seed = 0; seed < 120; seed++) {
    const before = randomQuantizedGraph(seed, 4 + (seed % 14));
    const after = await quantized(before, seed % 3 === 0 ? { ternary: true } : {});
    t.deepEqual(verifyGraph(after), [], `seed ${seed}`);
    for (const inputs of samplesOf(before, 1))
      t.notThrows(() => evaluateGraph(after, inputs), `seed ${seed}`);
    shifts += after.nodes.filter(
      (node) => isOp(node, ops.requantize) && node.attributes.rule === 'shift',
    ).length;
  }
  t.true(shifts > 100, `${shifts} shifts`);
});

test('ternary layers that are asked for read 7 bits and write 6', async (t) => {
  let ternary = 0;
  for (let seed = 0; seed < 30; seed++) {
    const graph = await quantized(randomLayers(seed, 6), { ternary: true });
    const ranges = new RangeAnalysis(graph);
    for (const node of graph.nodes) {
      const [x, w] = node.inputs;
      if (!isOp(node, ops.conv2d) || node.attributes.groups !== 1 || !x || !w) continue;
      const weights = Array.from((w.constant?.data ?? []) as Int8Array);
      if (weights.some((weight) => Math.abs(weight) > 1)) continue;
      ternary++;
      const { min, max } = ranges.overall(x);
      t.true((min >= 0 && max <= 127) || (min >= -64 && max <= 63), `${min} … ${max}`);
      const [scaling] = graph.consumers(node.outputs[0] ?? x);
      const bounds = [Number(scaling?.attributes['min']), Number(scaling?.attributes['max'])];
      t.true([0, -32].includes(bounds[0] ?? NaN) && bounds[1] === 31, bounds.join(' … '));
    }
  }
  t.true(ternary > 50, `${ternary} ternary layers`);
});

test('names choose the ternary layers', async (t) => {
  const before = randomLayers(4, 5);
  const named = (graph: Graph): number =>
    graph.nodes.filter(
      ({ op, inputs }) =>
        op.name === ops.conv2d.name &&
        inputs[1]?.constant &&
        Array.from(inputs[1].constant.data as Int8Array).every((w) => Math.abs(w) <= 1),
    ).length;
  const none = named(await quantized(before, { ternary: () => false }));
  const all = named(await quantized(before, { ternary: true }));
  const [first] = before.nodes.filter((node) => isOp(node, ops.conv2d) && node.attributes.groups === 1);
  const one = named(await quantized(before, { ternary: (name) => name === first?.name }));
  t.is(none, 0);
  t.is(one, 1);
  t.true(all > one);
});

test('targets that multiply, and exact numerics, leave the graph alone', async (t) => {
  const graph = randomLayers(3, 5);
  const compiler = createCompiler({ plugins: [quantizeForTarget()], report: () => undefined });
  t.is(
    await compiler.transform(graph, stageContext(undefined, { target: { requantization: shiftsAlone } })),
    graph,
  );
  const multiplies = { requantization: { ...shiftsAlone, scaleBits: 8 } };
  t.is(
    await compiler.transform(graph, stageContext(undefined, { numerics: 'hardware', target: multiplies })),
    graph,
  );
});

test('changes of sign go behind transposes exactly, and stay where others read them', (t) => {
  const s = new Sketch('signs');
  const x = s.input('x', { dtype: 'int8', shape: [1, 4, 5, 3] });
  const sign = (value: Value, name: string): Value => s.node(ops.changeSign, [value], {}, name);
  const turn = (value: Value, perm: readonly number[], name: string): Value =>
    s.node(ops.transpose, [value], { perm }, name);
  const moved = turn(sign(x, 'unsigned'), [0, 3, 1, 2], 'moved');
  const shared = sign(x, 'shared');
  const pads = [0, 0, 1, 0, 0, 0, 0, 2];
  const before = s.done(
    s.node(ops.pad, [moved], { pads, value: 7, mode: 'constant' }, 'padded'),
    turn(shared, [0, 2, 1, 3], 'turned'),
    turn(sign(x, 'last'), [0, 3, 2, 1], 'output'),
    shared,
  );
  const after = sinkSigns(before);
  t.deepEqual(verifyGraph(after), []);
  const orderOf = (graph: Graph): readonly string[] =>
    graph.nodes.map(({ op, inputs }) => `${op.name} ${inputs[0]?.name}`);
  t.deepEqual(orderOf(after), [
    'transpose x',
    'change_sign x.transposed',
    'change_sign x',
    'pad moved',
    'transpose shared',
    'change_sign x',
    'transpose last',
  ]);
  for (const inputs of samplesOf(before, 3))
    t.deepEqual(evaluateGraph(after, inputs).outputs, evaluateGraph(before, inputs).outputs);
  t.is(sinkSigns(after), after, 'nothing is left to do');
});

test('one with options of its own runs before the built-in one', async (t) => {
  const graph = randomLayers(5, 5);
  const plugins = [quantizeForTarget(), quantizeForTarget({ ternary: true })];
  const after = await createCompiler({ plugins, report: () => undefined }).transform(graph, context);
  t.deepEqual(meanDifference(after, await quantized(graph, { ternary: true }), samplesOf(graph, 1)), 0);
});
