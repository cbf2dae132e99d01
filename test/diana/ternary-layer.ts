import { evaluateGraph, GraphEditor, ops, tensor, type Graph, type Tensor, type Value } from 'match-compiler';
import type { Draw } from '../gap9/ne16/sample-layer.ts';

/** A convolution with ternary weights. */
export interface TernaryShape {
  readonly inputs: number;
  readonly height: number;
  readonly width: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: 1 | 2;
  readonly pad: number;
  /** Behind the image; default as before it. */
  readonly padAfter?: number;
  /** Inputs are −64 … 63, otherwise 0 … 127. */
  readonly signed: boolean;
  readonly relu: boolean;
  readonly shift: number;
  /** Largest magnitude of a bias. */
  readonly bias: number;
}

/** Appends `requantize(conv2d(x))` with random ternary weights and biases to a graph. */
export function addTernary(editor: GraphEditor, x: Value, shape: TernaryShape, draw: Draw): Value {
  const { inputs, outputs, kernel, stride, pad, padAfter = pad, relu, shift, bias } = shape;
  const random = (count: number, most: number): number[] =>
    Array.from({ length: count }, () => draw(-most, most));
  const w = tensor('int8', [outputs, inputs, kernel, kernel], random(outputs * inputs * kernel ** 2, 1));
  const sums = editor.add1(ops.conv2d, [x, editor.constant('w', w)], {
    strides: [stride, stride],
    dilations: [1, 1],
    pads: [pad, pad, padAfter, padAfter],
    groups: 1,
    inputZeroPoint: 0,
    weightZeroPoint: 0,
    accumulator: 'int32',
  });
  const constants = [
    tensor('int32', [1], [1]),
    tensor('int32', [outputs], random(outputs, bias)),
    tensor('int8', [1], [shift]),
  ].map((each, i) => editor.constant(['multiplier', 'addend', 'shift'][i] ?? '', each));
  return editor.add1(ops.requantize, [sums, ...constants], {
    rule: 'shift',
    axis: 1,
    inputZeroPoint: 0,
    zeroPoint: 0,
    min: relu ? 0 : -32,
    max: 31,
    dtype: relu ? 'uint8' : 'int8',
  });
}

export function newEditor(name: string): GraphEditor {
  return new GraphEditor({ name, info: { file: name, format: 'test', dialect: 'test', recognised: [] } });
}

/** A graph whose input is clipped to seven bits before one layer reads it. */
export function ternaryLayer(
  shape: TernaryShape,
  draw: Draw,
): { readonly graph: Graph; readonly image: Tensor; readonly expected: Tensor } {
  const { inputs, height, width, signed } = shape;
  const editor = newEditor('layer');
  const dtype = signed ? 'int8' : 'uint8';
  const [min, max] = signed ? [-64, 63] : [0, 127];
  const size = [1, inputs, height, width];
  const x = editor.input('x', { dtype, shape: size });
  const clipped = editor.add1(ops.clip, [x], { min, max });
  editor.setOutputs([addTernary(editor, clipped, shape, draw)]);
  const graph = editor.finish();
  const values = Array.from({ length: inputs * height * width }, () =>
    draw(0, 9) === 0 ? max : draw(min, max),
  );
  const image = tensor(dtype, size, values);
  const [expected] = evaluateGraph(graph, [image]).outputs;
  if (!expected) throw new TypeError('no output');
  return { graph, image, expected };
}
