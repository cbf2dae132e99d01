import test from 'ava';
import { integerRange, ops, tensor, type DataType, type Value } from 'match-compiler';
import { kernelsOf, runOnDiana } from './run-graph.ts';
import { addShiftLayer, drawFrom, emptyGraph, pointwise, randomTensor } from './shift-layer.ts';

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
}

type Editor = ReturnType<typeof emptyGraph>;
type Pool = (editor: Editor, x: Value, window: Window, dtype: 'int8' | 'uint8') => Value;

const average =
  (rounding: 'half-away' | 'floor', countIncludePad: boolean): Pool =>
  (editor, x, window) =>
    editor.add1(ops.averagePool2d, [x], {
      ...window,
      dilations: [1, 1],
      countIncludePad,
      ceilMode: false,
      rounding,
      zeroPoint: 0,
    });

const scaledSum: Pool = (editor, x, window, dtype) => {
  const [, channels = 1] = x.type.shape;
  const sums = editor.add1(ops.sumPool2d, [x], { ...window, ceilMode: false, inputZeroPoint: 0 });
  const { min, max } = integerRange(dtype);
  const list = (name: string, type: DataType, value: (c: number) => number): Value =>
    editor.constant(
      name,
      tensor(
        type,
        [channels],
        Array.from({ length: channels }, (_, c) => value(c)),
      ),
    );
  return editor.add1(
    ops.requantize,
    [
      sums,
      list('multiplier', 'int32', (c) => 2 ** 30 + 12_345_678 * (c % 40)),
      list('shift', 'int8', (c) => -2 - (c % 2)),
    ],
    { rule: 'single', axis: 1, inputZeroPoint: 0, zeroPoint: 0, min: Number(min), max: Number(max), dtype },
  );
};

const largest: Pool = (editor, x, window) =>
  editor.add1(ops.maxPool2d, [x], { ...window, dilations: [1, 1], ceilMode: false });

const pools: readonly (readonly [string, 'int8' | 'uint8', Pool])[] = [
  ['mean, halves away from zero', 'int8', average('half-away', true)],
  ['mean, rounded down', 'uint8', average('floor', false)],
  ['scaled sum', 'uint8', scaledSum],
  ['largest', 'int8', largest],
];

for (const [i, [name, dtype, pool]] of pools.entries()) {
  test(`${name} of ${dtype}: read and written in the order of the array`, async (t) => {
    const draw = drawFrom(30 + i);
    const editor = emptyGraph();
    // Rows that are no groups of four, and rows that are.
    const width = dtype === 'int8' ? 10 : 12;
    const x = editor.input('x', { dtype: 'uint8', shape: [1, 8, 11, width] });
    const layer = { ...pointwise, inputs: 8, outputs: 16, height: 11, width, output: dtype } as const;
    const image = addShiftLayer(editor, x, layer, draw);
    const small = pool(editor, image, { kernel: [3, 2], strides: [2, 2], pads: [1, 0, 0, 0] }, dtype);
    const [, , height = 1, columns = 1] = small.type.shape;
    const next = { ...layer, inputs: 16, outputs: 20, height, width: columns, input: dtype } as const;
    const wide = addShiftLayer(editor, small, next, draw);
    const whole = pool(
      editor,
      wide,
      { kernel: [height, columns], strides: [1, 1], pads: [0, 0, 0, 0] },
      dtype,
    );
    editor.setOutputs([whole]);
    const graph = editor.finish();
    const samples = [[randomTensor('uint8', x.type.shape, draw)]];
    const { compilation, simulation, expected } = await runOnDiana(graph, samples, {}, pool === largest);
    const kernels = kernelsOf(compilation);
    t.false(kernels.includes('host.diana_from_planar'), kernels.join());
    // The input alone; a scaling behind the pool writes any order but the array's.
    const scaled = kernels.includes('host.requantize');
    t.is(kernels.filter((kernel) => kernel === 'host.diana_to_planar').length, scaled ? 2 : 1);
    t.is(kernels.filter((kernel) => kernel.startsWith('digital.')).length, 2);
    t.deepEqual(simulation.outputs, expected);
    t.true(simulation.agrees);
  });
}
