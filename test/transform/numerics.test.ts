import test from 'ava';
import fc from 'fast-check';
import {
  createCompiler,
  evaluateGraph,
  isOp,
  ops,
  printGraph,
  RangeAnalysis,
  tensor,
  verifyGraph,
  type Graph,
  type HardwareRequantization,
  type Plugin,
  type Tensor,
} from 'match-compiler';
import hardwareRequantize from 'match-compiler/plugins/hardware-requantize';
import unsignedActivations from 'match-compiler/plugins/unsigned-activations';
import { quantizedConvolution } from './quantized-sketch.ts';
import { randomQuantizedGraph } from './random-quantized-graph.ts';
import { randomInput, Sketch } from './sketch.ts';
import { stageContext } from './stage-context.ts';
import type { TransformCase } from './transform-case.ts';

type Setting = Pick<TransformCase, 'numerics' | 'target'>;

const gap9: HardwareRequantization = {
  scaleBits: 16,
  largestShift: 31,
  perChannelShift: true,
  productBits: 31,
};

function runnerOf(plugin: Plugin, setting: Setting): (graph: Graph) => Promise<Graph> {
  const compiler = createCompiler({ plugins: [plugin], report: () => undefined, verifyEach: true });
  return (graph) => compiler.transform(graph, stageContext(undefined, setting));
}

function count(graph: Graph, op: { readonly name: string }): number {
  return graph.nodes.filter((node) => node.op.name === op.name).length;
}

/** Largest difference of any output on a few random inputs. */
function largestDifference(a: Graph, b: Graph, samples: number): number {
  let largest = 0;
  for (let sample = 0; sample < samples; sample++) {
    const inputs = a.inputs.map((input) => randomInput(`sample ${sample}`, input));
    const [wanted, given] = [evaluateGraph(a, inputs).outputs, evaluateGraph(b, inputs).outputs];
    wanted.forEach((output, i) => (largest = Math.max(largest, distance(output, given[i]))));
  }
  return largest;
}

function distance(a: Tensor, b: Tensor | undefined): number {
  if (a.type.dtype !== b?.type.dtype) return Infinity;
  const other = Array.from(b.data as ArrayLike<number>);
  return Array.from(a.data as ArrayLike<number>).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (other[i] ?? NaN))),
    0,
  );
}

test('unsigned-activations keeps the results of random graphs, and comes to rest', async (t) => {
  const run = runnerOf(unsignedActivations(), { target: { activationSign: 'unsigned' } });
  let unsigned = 0;
  for (let seed = 0; seed < 150; seed++) {
    const before = randomQuantizedGraph(seed, 4 + (seed % 14));
    const after = await run(before);
    t.deepEqual(verifyGraph(after), [], `seed ${seed}`);
    t.is(await run(after), after, `seed ${seed}: a second run changes nothing`);
    t.deepEqual(
      after.outputs.map(({ name, type }) => [name, type.dtype]),
      before.outputs.map(({ name, type }) => [name, type.dtype]),
    );
    if (!t.is(largestDifference(before, after, 2), 0, `seed ${seed}`)) {
      t.log(`${printGraph(before)}\n${printGraph(after)}`);
    }
    unsigned += after.nodes.filter(
      (node) => isOp(node, ops.conv2d) && node.inputs[0]?.type.dtype === 'uint8',
    ).length;
  }
  t.true(unsigned > 200, `${unsigned} convolutions read unsigned values`);
});

test('unsigned-activations converts a value once, and where it is smallest', async (t) => {
  const run = runnerOf(unsignedActivations(), { target: { activationSign: 'unsigned' } });
  const s = new Sketch('fan-out');
  const x = s.input('x', { dtype: 'int8', shape: [1, 8, 4, 4] });
  // Padded to four times its size, then read by three layers.
  const padded = s.node(
    ops.pad,
    [x],
    { pads: [0, 0, 2, 2, 0, 0, 2, 2], value: 0, mode: 'constant' },
    'padded',
  );
  const layers = [0, 1, 2].map((i) => quantizedConvolution(s, padded, `layer${i}`, 8, 0));
  const joined = s.node(ops.concat, layers, { axis: 1 }, 'joined');
  const after = await run(s.done(s.node(ops.cast, [joined], { dtype: 'int32', saturate: false }, 'wide')));
  t.is(count(after, ops.changeSign), 2);
  const [first] = after.nodes.filter((node) => isOp(node, ops.changeSign));
  t.is(first?.inputs[0]?.name, 'x');
});

test('unsigned-activations leaves targets alone that want no unsigned values', async (t) => {
  const graph = randomQuantizedGraph(7, 12);
  t.is(await runnerOf(unsignedActivations(), {})(graph), graph);
  t.is(await runnerOf(unsignedActivations(), { target: { activationSign: 'signed' } })(graph), graph);
});

/** One layer of random factors, whose sums are a graph input of a proven range. */
function scalingLayer(
  rule: 'single' | 'double',
  shifts: readonly number[],
  zeroPoint: number,
  bound: number,
  relu: boolean,
): Graph {
  const s = new Sketch('scaling');
  const sums = s.input('sums', { dtype: 'int32', shape: [64, shifts.length] });
  const small = s.node(ops.clip, [sums], { min: -bound, max: bound }, 'small');
  const constants = [
    s.noise(`multiplier ${shifts.join()}`, 'int32', [shifts.length], 2 ** 30, 2 ** 31 - 1),
    s.fixed('shift', 'int8', [shifts.length], shifts),
  ];
  const min = relu ? zeroPoint : -128;
  const bounds = { min, max: 127, dtype: 'int8' } as const;
  return s.done(
    s.node(
      ops.requantize,
      [small, ...constants],
      { rule, axis: 1, inputZeroPoint: 0, zeroPoint, ...bounds },
      'y',
    ),
  );
}

test('hardware-requantize: one layer moves by at most one step, and products stay in the width', async (t) => {
  const run = runnerOf(hardwareRequantize(), { numerics: 'hardware', target: { requantization: gap9 } });
  const shifts = fc.array(fc.integer({ min: -14, max: -1 }), { minLength: 1, maxLength: 5 });
  const zeroPoint = fc.integer({ min: -128, max: 127 });
  const bits = fc.integer({ min: 6, max: 21 });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('single' as const, 'double' as const),
      shifts,
      zeroPoint,
      bits,
      fc.boolean(),
      async (rule, shift, zero, bound, relu) => {
        const before = scalingLayer(rule, shift, zero, 2 ** bound, relu);
        const after = await run(before);
        const node = after.nodes.find((candidate) => isOp(candidate, ops.requantize));
        if (node?.attributes['rule'] !== 'shift') return false;
        const multipliers = Array.from(node.inputs[1]?.constant?.data ?? [], Number);
        if (!multipliers.every((multiplier) => multiplier >= 0 && multiplier < 2 ** 16)) return false;
        // The evaluation itself throws for a product that breaks the promise of `productBits`.
        return largestDifference(before, after, 1) <= 1;
      },
    ),
    { numRuns: 150, seed: 9 },
  );
  t.pass();
});

test('hardware-requantize: a rule that rounds twice is one floor where results are not negative', async (t) => {
  // Wide enough that the multiplier itself is exact; what is left is the rounding.
  const wide: HardwareRequantization = { ...gap9, scaleBits: 31, productBits: 50 };
  const run = runnerOf(hardwareRequantize(), { numerics: 'hardware', target: { requantization: wide } });
  const s = new Sketch('rounding');
  const values = Array.from({ length: 4096 }, (_, i) => i - 100);
  const sums = s.input('sums', { dtype: 'int32', shape: [1, values.length] });
  const small = s.node(ops.clip, [sums], { min: -100, max: 4000 }, 'small');
  const constants = [
    s.fixed('multiplier', 'int32', [1], [2 ** 30 + 2 ** 12]),
    s.fixed('shift', 'int8', [1], [-5]),
  ];
  const bounds = { min: 3, max: 127, dtype: 'int8' } as const;
  const graph = s.done(
    s.node(
      ops.requantize,
      [small, ...constants],
      { rule: 'double', axis: 1, inputZeroPoint: 0, zeroPoint: 3, ...bounds },
      'y',
    ),
  );
  const after = await run(graph);
  t.is(after.nodes.at(-1)?.attributes['rule'], 'shift');
  const input: Tensor = {
    type: { dtype: 'int32', shape: [1, values.length] },
    data: Int32Array.from(values),
  };
  t.deepEqual(evaluateGraph(after, [input]).outputs, evaluateGraph(graph, [input]).outputs);
});

test('hardware-requantize: narrower products make narrower scales, down to none', async (t) => {
  const graph = scalingLayer('single', [-8, -9], 0, 2 ** 18, false);
  const widths: number[] = [];
  for (const productBits of [31, 28, 25, 22]) {
    const limits = { ...gap9, productBits };
    const run = runnerOf(hardwareRequantize(), { numerics: 'hardware', target: { requantization: limits } });
    const node = (await run(graph)).nodes.find((candidate) => isOp(candidate, ops.requantize));
    const most = Math.max(...Array.from(node?.inputs[1]?.constant?.data ?? [], Number));
    t.true(most * 2 ** 18 < 2 ** productBits, `${most} in ${productBits} bits`);
    widths.push(most);
  }
  t.deepEqual(
    widths,
    [...widths].sort((a, b) => b - a),
  );
  const s = new Sketch('unbounded');
  const sums = s.input('sums', { dtype: 'int64', shape: [1, 2] });
  const constants = [s.fixed('m', 'int32', [1], [2 ** 30]), s.fixed('s', 'int8', [1], [-9])];
  const bounds = { min: -128, max: 127, dtype: 'int8' } as const;
  const kept = s.done(
    s.node(
      ops.requantize,
      [sums, ...constants],
      { rule: 'single', axis: 1, inputZeroPoint: 0, zeroPoint: 0, ...bounds },
      'y',
    ),
  );
  const setting: Setting = { numerics: 'hardware', target: { requantization: gap9 } };
  t.is(await runnerOf(hardwareRequantize(), setting)(kept), kept);
});

test('the range of a requantize is that of its own results, per channel, and reached', (t) => {
  const shifts = fc.array(fc.integer({ min: -14, max: -1 }), { minLength: 2, maxLength: 4 });
  fc.assert(
    fc.property(
      fc.constantFrom('single' as const, 'double' as const),
      shifts,
      fc.integer({ min: -128, max: 127 }),
      fc.integer({ min: 3, max: 900 }),
      (rule, shift, zero, bound) => {
        const graph = scalingLayer(rule, shift, zero, bound, false);
        const [output] = graph.outputs;
        const range = output && new RangeAnalysis(graph).of(output);
        if (range?.min.length !== shift.length) return false;
        // Every sum that there is, one after the other.
        const found = shift.map(() => ({ min: Infinity, max: -Infinity }));
        for (let x = -bound; x <= bound; x += 64) {
          const rows = Array.from({ length: 64 * shift.length }, (_, i) =>
            Math.min(bound, x + Math.floor(i / shift.length)),
          );
          const [y] = evaluateGraph(graph, [tensor('int32', [64, shift.length], rows)]).outputs;
          Array.from((y?.data ?? []) as ArrayLike<number>).forEach((value, i) => {
            const channel = found[i % shift.length];
            if (!channel) return;
            channel.min = Math.min(channel.min, value);
            channel.max = Math.max(channel.max, value);
          });
        }
        return found.every(({ min, max }, i) => min === range.min[i] && max === range.max[i]);
      },
    ),
    { numRuns: 60, seed: 3 },
  );
  t.pass();
});

test('hardware-requantize changes nothing with exact numerics, and nothing for targets without a form', async (t) => {
  const graph = scalingLayer('single', [-8], 0, 2 ** 18, false);
  t.is(await runnerOf(hardwareRequantize(), { target: { requantization: gap9 } })(graph), graph);
  t.is(await runnerOf(hardwareRequantize(), { numerics: 'hardware' })(graph), graph);
});
