import test from 'ava';
import {
  createCompiler,
  evaluateGraph,
  ops,
  tensor,
  type Compilation,
  type Graph,
  type Target,
} from 'match-compiler';
import { builtinPlugins, everySimulatorMode, simulate, findToolchain } from 'match-compiler/build';
import diana from 'match-compiler/plugins/diana';
import { drawFrom } from '../gap9/ne16/sample-layer.ts';
import { addTernary, newEditor, type TernaryShape } from './ternary-layer.ts';

/** Convolutions alone, all of them ternary: wider and smaller step by step, one value read twice. */
function ternaryNet(): Graph {
  const editor = newEditor('ternary');
  const draw = drawFrom(11);
  const x = editor.input('x', { dtype: 'uint8', shape: [1, 4, 16, 16] });
  const clipped = editor.add1(ops.clip, [x], { min: 0, max: 127 });
  const layer = (
    inputs: number,
    size: number,
    outputs: number,
    other: Partial<TernaryShape>,
  ): TernaryShape => ({
    inputs,
    height: size,
    width: size,
    outputs,
    kernel: 3,
    stride: 1,
    pad: 1,
    signed: false,
    relu: true,
    shift: 4,
    bias: 200,
    ...other,
  });
  const first = addTernary(editor, clipped, layer(4, 16, 32, { shift: 3 }), draw);
  const second = addTernary(editor, first, layer(32, 16, 64, { stride: 2 }), draw);
  const third = addTernary(editor, second, layer(64, 8, 64, { relu: false, shift: 5 }), draw);
  const fourth = addTernary(editor, third, layer(64, 8, 96, { kernel: 1, pad: 0, shift: 4 }), draw);
  const last = addTernary(editor, fourth, layer(96, 8, 12, { stride: 2, relu: false, shift: 5 }), draw);
  editor.setOutputs([last, second]);
  return editor.finish();
}

function compiled(graph: Graph, target: Target): Promise<Compilation> {
  const plugins = [...builtinPlugins(), { name: 'target', target }];
  const compiler = createCompiler({ plugins, report: () => undefined });
  return compiler.lower(graph, {
    target,
    options: {
      name: 'net',
      io: { inputs: 'arena', outputs: 'arena' },
      lineDirectives: false,
      samples: [],
      numerics: 'hardware',
    },
  });
}

for (const overlap of [true, false]) {
  test(`an all-convolution net with ternary weights on the analog core, transfers beside it: ${overlap}`, async (t) => {
    const { target } = diana({ overlap });
    if (!target) return t.fail();
    const graph = ternaryNet();
    const compilation = await compiled(graph, target);
    const { regions, stages } = compilation.mapping;
    const modules = regions.flatMap(({ region, module }) =>
      region.nodes.some(({ op }) => op.name === 'conv2d') ? [module.name] : [],
    );
    t.deepEqual(modules, ['analog', 'analog', 'analog', 'analog', 'analog']);
    t.true(stages.length > 0);
    const draw = drawFrom(5);
    const samples = Array.from({ length: 2 }, () => [
      tensor(
        'uint8',
        [1, 4, 16, 16],
        Array.from({ length: 1024 }, () => draw(0, 127)),
      ),
    ]);
    const toolchain = findToolchain(target);
    const simulation = await simulate(compilation, samples, { toolchain, modes: everySimulatorMode });
    t.true(simulation.agrees);
    t.deepEqual(
      simulation.outputs,
      samples.map((inputs) => evaluateGraph(compilation.mapping.graph, inputs).outputs),
    );
    const sanitized = await simulate(compilation, samples.slice(0, 1), { toolchain, sanitize: true });
    t.deepEqual(sanitized.outputs[0], simulation.outputs[0]);
    const error = Math.abs(simulation.predicted - simulation.cycles) / simulation.cycles;
    // Where the core stands still for transfers, those of the next layer's cells are not foreseen.
    t.true(
      error < (overlap ? 0.01 : 0.05),
      `predicted ${simulation.predicted}, simulated ${simulation.cycles}`,
    );
  });
}
