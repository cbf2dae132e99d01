import {
  evaluateGraph,
  GraphEditor,
  ops,
  tensor,
  type DataType,
  type Graph,
  type Tensor,
} from 'match-compiler';
import { randomNumbers } from '../../emit/network-cases.ts';

/** A convolution or dense layer to be made: sizes, and how it scales its sums. */
export interface LayerShape {
  readonly kind: 'conv2d' | 'dense';
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly pads: readonly [number, number, number, number];
  readonly depthwise: boolean;
  readonly weightType: 'int8' | 'uint8';
  readonly weightBits: number;
  readonly weightZeroPoint: number;
  readonly inputZeroPoint: number;
  readonly bias: boolean;
  /** Absent: the sums are the output. */
  readonly scale?: {
    readonly dtype: 'uint8' | 'int8';
    readonly bits: number;
    /** Shifts differ from channel to channel. */
    readonly shifts: boolean;
    /** Every multiplier is a multiple of it. */
    readonly even?: number;
    /** Sums that scale to 0 … 255 need no addend. */
    readonly addend: boolean;
  };
}

/** A graph of one layer with an input for it and what it gives. */
export interface SampleLayer {
  readonly graph: Graph;
  readonly input: Tensor;
  readonly expected: Tensor;
}

/** Numbers drawn between two bounds, both included. */
export type Draw = (min: number, max: number) => number;

export function drawFrom(seed: number): Draw {
  const next = randomNumbers(seed);
  return (min, max) => min + Math.floor(next() * (max - min + 1));
}

/** A layer with random weights, as large a scale as 31 bits of product allow, and a random input. */
export function sampleLayer(shape: LayerShape, draw: Draw): SampleLayer {
  const editor = new GraphEditor({
    name: 'sample',
    info: { file: 'sample', format: 'test', dialect: 'test', recognised: [] },
  });
  const fill = (dtype: DataType, dims: readonly number[], of: (i: number) => number): Tensor =>
    tensor(
      dtype,
      dims,
      Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => of(i)),
    );
  const { kind, inputs, outputs, kernel, inputZeroPoint, weightZeroPoint, weightBits } = shape;
  const depth = shape.depthwise ? 1 : inputs;
  const input = fill(
    'uint8',
    kind === 'dense' ? [shape.height, inputs] : [1, inputs, shape.height, shape.width],
    () => (draw(0, 9) === 0 ? 255 : draw(0, 255)),
  );
  // A window of so many values that has the zero point in it, so that the bits are used but not exceeded.
  const [least, most] = shape.weightType === 'int8' ? [-128, 127] : [0, 255];
  const span = 2 ** weightBits - 1;
  const first = Math.min(Math.max(weightZeroPoint - (span >> 1), least), most - span);
  const w = fill(shape.weightType, kind === 'dense' ? [outputs, inputs] : [outputs, depth, ...kernel], (i) =>
    i === 0 ? first : i === 1 ? first + span : first + draw(0, span),
  );
  const perFilter = w.data.length / outputs;
  const largest = perFilter * 255 * 255;
  const bias = fill('int32', [outputs], () => draw(-largest, largest) >> 3);
  const x = editor.input('x', input.type);
  const operands = [x, editor.constant('w', w), ...(shape.bias ? [editor.constant('bias', bias)] : [])];
  const products = { inputZeroPoint, weightZeroPoint, accumulator: 'int32' } as const;
  const [acc] =
    kind === 'dense'
      ? editor.add(ops.dense, operands, products)
      : editor.add(ops.conv2d, operands, {
          strides: shape.strides,
          dilations: shape.dilations,
          pads: shape.pads,
          groups: shape.depthwise ? inputs : 1,
          ...products,
        });
  if (!acc) throw new TypeError('no sums');
  let result = acc;
  if (shape.scale) {
    const { dtype, bits, shifts, even = 1, addend } = shape.scale;
    const bounds = Array.from({ length: outputs }, (_, c) => {
      let bound = shape.bias ? Math.abs(Number(bias.data[c])) : 0;
      for (let i = 0; i < perFilter; i++)
        bound += 255 * Math.abs(Number(w.data[c * perFilter + i]) - weightZeroPoint);
      return Math.max(1, bound);
    });
    const most = bounds.reduce((a, b) => Math.max(a, b));
    const largestScale = (bound: number): number =>
      Math.max(1, Math.min(2 ** bits - 1, Math.floor(2 ** 30 / bound)));
    const multipliers = bounds.map((bound) => {
      const limit = largestScale(bound);
      return Math.max(even, Math.floor(draw(limit >> 1, limit) / even) * even);
    });
    const shared = Math.max(0, Math.floor(Math.log2((most * largestScale(most)) / 400)));
    const shift = bounds.map((bound, c) =>
      shifts
        ? Math.min(31, Math.max(0, Math.floor(Math.log2((bound * (multipliers[c] ?? 1)) / 400))))
        : shared,
    );
    const constants = [
      editor.constant('multiplier', tensor('int32', [outputs], multipliers)),
      editor.constant(
        'addend',
        tensor(
          'int32',
          [outputs],
          shift.map((by) => (addend ? draw(-64, 128) * 2 ** Math.min(by, 22) + draw(0, 1) : 0)),
        ),
      ),
      shifts
        ? editor.constant('shift', tensor('int8', [outputs], shift))
        : editor.constant('shift', tensor('int8', [1], [shared])),
    ];
    const [scaled] = editor.add(ops.requantize, [acc, ...constants], {
      rule: 'shift',
      axis: 1,
      inputZeroPoint: 0,
      zeroPoint: 0,
      min: dtype === 'uint8' ? 0 : -128,
      max: dtype === 'uint8' ? 255 : 127,
      dtype,
    });
    if (scaled) result = scaled;
  }
  editor.setOutputs([result]);
  const graph = editor.finish();
  const [expected] = evaluateGraph(graph, [input]).outputs;
  if (!expected) throw new TypeError('no output');
  return { graph, input, expected };
}
