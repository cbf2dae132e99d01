import test from 'ava';
import { ops, type DataType, type Graph, type Value } from 'match-compiler';
import type { DianaOptions } from 'match-compiler/plugins/diana';
import { kernelsOf, runOnDiana } from './run-graph.ts';
import {
  addShiftLayer,
  drawFrom,
  emptyGraph,
  pointwise,
  randomTensor,
  type ShiftLayer,
} from './shift-layer.ts';

/** A residual block, a depthwise separable one with stride 2, a pool on the host and two dense layers. */
function network(): Graph {
  const draw = drawFrom(11);
  const editor = emptyGraph();
  const layer = (x: Value, changes: Partial<ShiftLayer>): Value => {
    const [, inputs = 1, height = 1, width = 1] = x.type.shape;
    return addShiftLayer(
      editor,
      x,
      { ...pointwise, inputs, height, width, output: 'uint8', bias: true, ...changes },
      draw,
    );
  };
  const add = (a: Value, b: Value, outputScale: number, dtype: DataType): Value =>
    editor.add1(ops.quantizedAdd, [a, b], {
      rule: 'single',
      aScale: 1,
      bScale: 1,
      outputScale,
      aZeroPoint: 0,
      bZeroPoint: 0,
      zeroPoint: 0,
      min: dtype === 'uint8' ? 0 : -128,
      max: dtype === 'uint8' ? 255 : 127,
      dtype,
    });
  const window = { kernel: [3, 3], pads: [1, 1] } as const;
  const x = editor.input('x', { dtype: 'int8', shape: [1, 13, 10, 3] });
  const image = editor.add1(ops.transpose, [x], { perm: [0, 3, 1, 2] });
  const padded = editor.add1(ops.pad, [image], {
    pads: [0, 1, 0, 0, 0, 0, 3, 2],
    value: 0,
    mode: 'constant',
  });
  const stem = layer(padded, { ...window, outputs: 20 });
  const branch = layer(stem, { ...window, outputs: 20, output: 'int8' });
  const sum = add(stem, branch, 2, 'uint8');
  const twice = add(branch, branch, 1, 'int8');
  const both = add(twice, sum, 4, 'int8');
  const narrow = layer(both, { ...window, stride: 2, outputs: 20, depthwise: true });
  const wide = layer(narrow, { outputs: 40 });
  const pooled = editor.add1(ops.averagePool2d, [wide], {
    kernel: [wide.type.shape[2] ?? 1, wide.type.shape[3] ?? 1],
    strides: [1, 1],
    dilations: [1, 1],
    pads: [0, 0, 0, 0],
    countIncludePad: false,
    ceilMode: false,
    rounding: 'half-away',
    zeroPoint: 0,
  });
  const vector = editor.add1(ops.reshape, [pooled], { shape: [1, 40] });
  const hidden = layer(vector, { kind: 'dense', inputs: 40, outputs: 24 });
  editor.setOutputs([layer(hidden, { kind: 'dense', inputs: 24, outputs: 10, output: 'int8' })]);
  return editor.finish();
}

const cases: readonly (readonly [string, DianaOptions, boolean])[] = [
  ['all memory, sanitizers', {}, true],
  ['little memory', { l1: 4096, weights: 8192 }, false],
  ['no transfer beside the array', { overlap: false, l1: 8192 }, false],
];

for (const [what, options, sanitize] of cases) {
  test(`a small network gives what the interpreter gives, in every mode: ${what}`, async (t) => {
    const graph = network();
    const draw = drawFrom(12);
    const samples = [0, 1].map(() => graph.inputs.map(({ type }) => randomTensor('int8', type.shape, draw)));
    const { compilation, simulation, expected } = await runOnDiana(graph, samples, options, sanitize);
    t.deepEqual(simulation.outputs, expected);
    t.true(simulation.agrees);
    t.true(simulation.modes.length >= 4);
    t.true(Math.abs(simulation.predicted - simulation.cycles) <= 0.05 * simulation.cycles);
    const digital = kernelsOf(compilation).filter((name) => name.startsWith('digital.'));
    const kinds = [...new Set(digital.map((name) => name.slice(8)))].sort();
    t.deepEqual(kinds, ['add', 'conv1x1_flat', 'conv2d', 'dense', 'depthwise']);
    const tiles = compilation.mapping.stages.reduce((sum, { jobs }) => sum + jobs.length, 0);
    t.true(options.l1 === undefined || tiles > compilation.mapping.regions.length);
  });
}
