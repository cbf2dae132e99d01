import test from 'ava';
import fc from 'fast-check';
import {
  createCompiler,
  defineTarget,
  evaluateGraph,
  isOp,
  nodeMacs,
  ops,
  pattern,
  type Graph,
  type ModulePattern,
  type Plugin,
  type Target,
} from 'match-compiler';
import foldStrides from 'match-compiler/plugins/fold-strides';
import { hostTarget, portablePatterns } from 'match-compiler/plugins/host';
import symmetricPadding from 'match-compiler/plugins/symmetric-padding';
import { convolution, randomInput, Sketch } from './sketch.ts';
import { stageContext } from './stage-context.ts';

interface Layer {
  readonly input: readonly number[];
  readonly filters: number;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly inputZeroPoint: number;
}

/** Odd filters up to 7, the same padding on both sides, strides of 1 and 2: or anything, where nothing is asked. */
function targetWith(asks: boolean): Target {
  const conv: ModulePattern | undefined = portablePatterns.find(({ name }) => name === 'conv2d');
  if (!conv) throw new TypeError('no kernel of a convolution');
  const engine: ModulePattern = {
    ...conv,
    name: 'array',
    pattern: pattern.op(ops.conv2d, { as: 'conv' }),
    constraints: [
      ({ match }) => {
        const { inputs, attributes } = pattern.captured(match, 'conv', ops.conv2d);
        const [, , ...kernel] = inputs[1]?.type.shape ?? [];
        const [top, left, bottom, right] = attributes.pads;
        const [down = 1, across = 1] = attributes.strides;
        if (!asks) return true;
        if (!kernel.every((extent) => [1, 3, 5, 7].includes(extent))) return 'has another filter';
        if (top !== bottom || left !== right) return 'pads one side more';
        return (down === across && down <= 2) || 'has another stride';
      },
    ],
    cycles: ({ region }) => region.nodes.reduce((sum, node) => sum + nodeMacs(node), 0) / 256,
  };
  return defineTarget({
    name: 'array',
    description: 'a core and an array',
    memories: { ram: { bytes: 2 ** 20, alignment: 4, access: 'read-write', links: [] } },
    homes: { activations: 'ram', constants: 'ram' },
    modules: [
      {
        name: 'core',
        description: 'everything, slowly',
        operands: { activations: 'ram', constants: 'ram' },
        queueDepth: 0,
        dispatchCycles: 0,
        patterns: portablePatterns,
      },
      {
        name: 'array',
        description: 'convolutions',
        operands: { activations: 'ram', constants: 'ram' },
        queueDepth: 1,
        dispatchCycles: 0,
        patterns: [engine],
      },
    ],
    packings: {},
    platforms: { sim: { description: 'none', compilers: [], flags: [] } },
  });
}

function graphOf(layer: Layer): Graph {
  const s = new Sketch('layer');
  const [, channels = 1] = layer.input;
  const x = s.input('x', { dtype: 'uint8', shape: layer.input });
  const weights = s.noise('w', 'int8', [layer.filters, channels, ...layer.kernel], -127, 127);
  const { strides, pads, inputZeroPoint } = layer;
  const attributes = convolution({ accumulator: 'int32', strides, pads, inputZeroPoint });
  return s.done(
    s.node(ops.conv2d, [x, weights, s.noise('b', 'int32', [layer.filters], -999, 999)], attributes, 'sums'),
  );
}

function transformed(graph: Graph, target: Target, plugins: readonly Plugin[]): Promise<Graph> {
  const compiler = createCompiler({ plugins, report: () => undefined, verifyEach: true });
  return compiler.transform(graph, { ...stageContext(), target });
}

const named = (graph: Graph): readonly string[] => graph.nodes.map(({ op }) => op.name);

function sameResults(before: Graph, after: Graph): boolean {
  const inputs = before.inputs.map((input) => randomInput('windows', input));
  const [a, b] = [evaluateGraph(before, inputs).outputs, evaluateGraph(after, inputs).outputs];
  return a.every((output, i) => output.data.join() === b[i]?.data.join());
}

/** The first layer of a keyword-spotting network: 10×4 with stride 2 over 49×10. */
const keywords: Layer = {
  input: [1, 1, 49, 10],
  filters: 64,
  kernel: [10, 4],
  strides: [2, 2],
  pads: [4, 1, 5, 1],
  inputZeroPoint: 0,
};

/** Padding behind alone, as networks have it on even extents with stride 2. */
const behind: Layer = {
  input: [1, 16, 32, 32],
  filters: 32,
  kernel: [3, 3],
  strides: [2, 2],
  pads: [0, 0, 1, 1],
  inputZeroPoint: 3,
};

test('a filter of no size with a stride becomes one of stride 1 over a folded image', async (t) => {
  const before = graphOf(keywords);
  const after = await transformed(before, targetWith(true), [symmetricPadding(), foldStrides()]);
  t.deepEqual(named(after), ['im2col', 'conv2d']);
  const [, conv] = after.nodes;
  t.deepEqual(conv?.inputs[1]?.type.shape, [64, 4, 5, 3]);
  t.deepEqual(conv?.attributes['pads'], [2, 1, 2, 1]);
  t.true(sameResults(before, after));
  t.is(await transformed(after, targetWith(true), [symmetricPadding(), foldStrides()]), after);
});

test('padding behind alone becomes padding on both sides', async (t) => {
  const before = graphOf(behind);
  const after = await transformed(before, targetWith(true), [symmetricPadding()]);
  const conv = after.nodes.find((node) => isOp(node, ops.conv2d));
  const pads = conv?.attributes['pads'] as readonly number[];
  t.is(pads[0], pads[2]);
  t.is(pads[1], pads[3]);
  t.true(sameResults(before, after));
});

test('no convolution of floats is folded: there is no zero point to gather', async (t) => {
  const s = new Sketch('layer');
  const x = s.input('x', { dtype: 'float32', shape: [1, 3, 12, 12] });
  const weights = s.noise('w', 'float32', [8, 3, 4, 4], -1, 1);
  const attributes = convolution({ strides: [2, 2], pads: [1, 1, 1, 1] });
  const before = s.done(s.node(ops.conv2d, [x, weights], attributes, 'sums'));
  const after = await transformed(before, targetWith(true), [symmetricPadding(), foldStrides()]);
  t.false(named(after).includes('im2col'));
  t.true(sameResults(before, after));
});

test('nothing changes for a core alone, nor for an engine that runs everything', async (t) => {
  for (const layer of [keywords, behind]) {
    const before = graphOf(layer);
    for (const target of [hostTarget(), targetWith(false)]) {
      t.is(await transformed(before, target, [symmetricPadding(), foldStrides()]), before);
    }
  }
});

test('every rewritten convolution gives the same sums, and the array runs it', async (t) => {
  const target = targetWith(true);
  const small = (max: number, min = 1): fc.Arbitrary<number> => fc.integer({ min, max });
  const layers = fc.record({
    input: fc.tuple(fc.constant(1), small(3), small(14, 8), small(14, 8)),
    filters: small(8, 4),
    kernel: fc.tuple(small(6), small(6)),
    strides: fc.tuple(small(3), small(3)),
    pads: fc.tuple(small(3, 0), small(3, 0), small(3, 0), small(3, 0)),
    inputZeroPoint: small(255, 0),
  });
  const rewritten = { padded: 0, folded: 0 };
  await fc.assert(
    fc.asyncProperty(layers, async (layer) => {
      const before = graphOf(layer);
      const after = await transformed(before, target, [symmetricPadding(), foldStrides()]);
      if (after === before) return true;
      if (named(after).includes('im2col')) rewritten.folded++;
      else rewritten.padded++;
      return sameResults(before, after);
    }),
    { numRuns: 150, seed: 4 },
  );
  t.true(rewritten.padded > 10 && rewritten.folded > 10, JSON.stringify(rewritten));
});
