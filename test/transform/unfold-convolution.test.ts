import test from 'ava';
import {
  createCompiler,
  defineTarget,
  evaluateGraph,
  GraphEditor,
  isOp,
  nodeMacs,
  ops,
  pattern,
  tensor,
  type Graph,
  type ModulePattern,
  type Target,
} from 'match-compiler';
import { portablePatterns } from 'match-compiler/plugins/host';
import unfoldConvolution from 'match-compiler/plugins/unfold-convolution';
import { stageContext } from './stage-context.ts';
import { randomInput } from './sketch.ts';

/** A matrix engine for products per pixel beside cores that run everything, both in a memory of their own. */
function targetWith(macsPerCycle: number, bytes = 65536): Target {
  const from = (name: string): ModulePattern => {
    const found = portablePatterns.find((each) => each.name === name);
    if (!found) throw new TypeError(`no pattern ${name}`);
    return found;
  };
  const product: ModulePattern = {
    ...from('conv2d'),
    constraints: [
      ({ nodes }) => {
        const conv = nodes.find((node) => isOp(node, ops.conv2d));
        return conv?.inputs[1]?.type.shape[2] === 1 || 'a window';
      },
    ],
    cycles: ({ region }) => region.nodes.reduce((sum, node) => sum + nodeMacs(node), 0) / macsPerCycle,
  };
  const cores = [from('conv2d'), from('im2col'), from('requantize')].map((own) => ({
    ...own,
    pattern: own.name === 'conv2d' ? pattern.op(ops.conv2d, { as: 'conv' }) : own.pattern,
    cycles: (call: Parameters<ModulePattern['cycles']>[0]) => own.cycles(call) / 8,
  }));
  const near = { activations: 'near', constants: 'near' } as const;
  return defineTarget({
    name: 'unfolding',
    description: 'cores and a matrix engine',
    memories: {
      near: { bytes, alignment: 4, access: 'read-write', links: [] },
      ram: { bytes: 2 ** 20, alignment: 4, access: 'read-write', links: [] },
    },
    homes: { activations: 'ram', constants: 'ram' },
    modules: [
      {
        name: 'cores',
        description: 'a team',
        operands: near,
        queueDepth: 1,
        dispatchCycles: 0,
        patterns: cores,
      },
      {
        name: 'matrix',
        description: 'products',
        operands: near,
        queueDepth: 1,
        dispatchCycles: 0,
        patterns: [product],
      },
    ],
    packings: {},
    platforms: { sim: { description: 'none', compilers: [], flags: [] } },
  });
}

function layer(stride: number, pads: readonly number[]): Graph {
  const editor = new GraphEditor({
    name: 'layer',
    info: { file: 'layer', format: 'test', dialect: 'test', recognised: [] },
  });
  const x = editor.input('x', { dtype: 'uint8', shape: [1, 3, 12, 9] });
  const weights = Array.from({ length: 5 * 3 * 3 * 4 }, (_, i) => ((i * 37) % 255) - 127);
  const sums = editor.add1(
    ops.conv2d,
    [
      x,
      editor.constant('w', tensor('int8', [5, 3, 3, 4], weights)),
      editor.constant('b', tensor('int32', [5], [1, -2, 3, 400, -500])),
    ],
    {
      strides: [stride, 1],
      dilations: [1, 2],
      pads,
      groups: 1,
      inputZeroPoint: 131,
      weightZeroPoint: 0,
      accumulator: 'int32',
    },
  );
  editor.setOutputs([sums]);
  return editor.finish();
}

async function unfold(graph: Graph, target: Target): Promise<Graph> {
  const compiler = createCompiler({
    plugins: [unfoldConvolution()],
    report: () => undefined,
    verifyEach: true,
  });
  return compiler.transform(graph, { ...stageContext(), target });
}

for (const [stride, pads] of [
  [1, [0, 0, 0, 0]],
  [2, [1, 2, 1, 0]],
  [3, [2, 0, 0, 3]],
] as const) {
  test(`a convolution of stride ${stride} unfolds to the same sums`, async (t) => {
    const before = layer(stride, pads);
    const after = await unfold(before, targetWith(64));
    t.deepEqual(
      after.nodes.map(({ op }) => op.name),
      ['im2col', 'conv2d'],
    );
    const inputs = before.inputs.map((input) => randomInput('unfold', input));
    t.deepEqual(evaluateGraph(after, inputs).outputs, evaluateGraph(before, inputs).outputs);
  });
}

test('nothing is unfolded where the product is no faster', async (t) => {
  const graph = layer(1, [0, 0, 0, 0]);
  t.is(await unfold(graph, targetWith(0.5)), graph);
});

test('nothing is unfolded where the windows do not fit', async (t) => {
  const graph = layer(1, [0, 0, 0, 0]);
  t.is(await unfold(graph, targetWith(64, 2048)), graph);
});
