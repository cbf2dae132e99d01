import {
  evaluateGraph,
  GraphEditor,
  integerRange,
  ops,
  tensor,
  type DataType,
  type Graph,
  type Tensor,
  type Value,
} from 'match-compiler';
import { randomNumbers } from '../emit/network-cases.ts';

/** Numbers drawn between two bounds, both included. */
export type Draw = (min: number, max: number) => number;

export function drawFrom(seed: number): Draw {
  const next = randomNumbers(seed);
  return (min, max) => min + Math.floor(next() * (max - min + 1));
}

/** A convolution or dense layer whose requantize is a shift. */
export interface ShiftLayer {
  readonly kind: 'conv2d' | 'dense';
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: readonly [number, number];
  readonly stride: number;
  /** Rows on both sides, columns on both sides. */
  readonly pads: readonly [number, number];
  readonly depthwise: boolean;
  readonly input: 'int8' | 'uint8';
  readonly output: 'int8' | 'uint8';
  /** Negative results become 0. */
  readonly relu?: boolean;
  /** Default: what brings large sums into 8 bits. */
  readonly shift?: number;
  /** A bias in front of the requantize beside the addend. */
  readonly bias: boolean;
}

export const pointwise: ShiftLayer = {
  kind: 'conv2d',
  height: 4,
  width: 4,
  inputs: 16,
  outputs: 16,
  kernel: [1, 1],
  stride: 1,
  pads: [0, 0],
  depthwise: false,
  input: 'uint8',
  output: 'int8',
  bias: false,
};

export function emptyGraph(): GraphEditor {
  return new GraphEditor({
    name: 'sample',
    info: { file: 'sample', format: 'test', dialect: 'test', recognised: [] },
  });
}

export function randomTensor(dtype: DataType, shape: readonly number[], draw: Draw): Tensor {
  const { min, max } = integerRange(dtype);
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    dtype,
    shape,
    Array.from({ length: count }, () => (draw(0, 9) === 0 ? (draw(0, 1) === 0 ? min : max) : draw(min, max))),
  );
}

/** Appends a layer with random constants. */
export function addShiftLayer(editor: GraphEditor, x: Value, layer: ShiftLayer, draw: Draw): Value {
  const { kind, inputs, outputs, kernel, stride, pads, depthwise, output, bias } = layer;
  const depth = depthwise ? 1 : inputs;
  const w = randomTensor('int8', kind === 'dense' ? [outputs, inputs] : [outputs, depth, ...kernel], draw);
  const spread = 90 * 90 * Math.sqrt(w.data.length / outputs);
  const { shift = Math.max(0, Math.round(Math.log2(spread / 60))) } = layer;
  const constants = (name: string, size: number, most: number): Value =>
    editor.constant(
      name,
      tensor(
        'int32',
        [size],
        Array.from({ length: size }, () => draw(-most, most)),
      ),
    );
  const operands = [x, editor.constant('w', w), ...(bias ? [constants('bias', outputs, 2 ** 20)] : [])];
  const products = { inputZeroPoint: 0, weightZeroPoint: 0, accumulator: 'int32' } as const;
  const [acc] =
    kind === 'dense'
      ? editor.add(ops.dense, operands, products)
      : editor.add(ops.conv2d, operands, {
          strides: [stride, stride],
          dilations: [1, 1],
          pads: [...pads, ...pads],
          groups: depthwise ? inputs : 1,
          ...products,
        });
  if (!acc) throw new TypeError('no sums');
  const { min, max } = integerRange(output);
  return editor.add1(
    ops.requantize,
    [
      acc,
      editor.constant('multiplier', tensor('int32', [1], [1])),
      constants('addend', draw(0, 3) === 0 ? 1 : outputs, Math.min(2 ** 28, 100 * 2 ** shift)),
      editor.constant('shift', tensor('int8', [1], [shift])),
    ],
    {
      rule: 'shift',
      axis: 1,
      inputZeroPoint: 0,
      zeroPoint: 0,
      min: layer.relu === true ? 0 : Number(min),
      max: Number(max),
      dtype: output,
      productBits: 31,
    },
  );
}

/** A graph of one layer with an input for it and what it gives. */
export function sampleShiftLayer(
  layer: ShiftLayer,
  draw: Draw,
): { readonly graph: Graph; readonly input: Tensor; readonly expected: Tensor } {
  const editor = emptyGraph();
  const { kind, inputs, height, width } = layer;
  const input = randomTensor(layer.input, kind === 'dense' ? [1, inputs] : [1, inputs, height, width], draw);
  editor.setOutputs([addShiftLayer(editor, editor.input('x', input.type), layer, draw)]);
  const graph = editor.finish();
  const [expected] = evaluateGraph(graph, [input]).outputs;
  if (!expected) throw new TypeError('no output');
  return { graph, input, expected };
}
