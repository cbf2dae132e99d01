import { GraphEditor, ops, tensor, type Graph, type Value } from 'match-compiler';

/** Sizes of the network: rows and columns of its input, channels of its first convolution. */
export interface NetSize {
  readonly size: number;
  readonly channels: number;
  readonly classes: number;
  /** Sums are shifted alone, one shift per layer. */
  readonly shifted?: boolean;
}

/**
 * A residual network as its passes leave it: change of sign, 3×3 convolution, depthwise and pointwise layer, average
 * pool, dense layer; scales by the rule `shift`.
 */
export function smallNet({ size, channels, classes, shifted = false }: NetSize): Graph {
  const editor = new GraphEditor({
    name: 'small',
    info: { file: 'small', format: 'test', dialect: 'test', recognised: [] },
  });
  const spread = (count: number): number[] => Array.from({ length: count }, (_, i) => ((i * 37) % 11) - 5);
  const products = { inputZeroPoint: 0, weightZeroPoint: 0, accumulator: 'int32' } as const;
  const scaled = (sums: Value, count: number): Value =>
    editor.add1(
      ops.requantize,
      [
        sums,
        editor.constant(
          'multiplier',
          tensor(
            'int32',
            [count],
            spread(count).map((n) => (shifted ? 1 : n + 20)),
          ),
        ),
        editor.constant(
          'addend',
          tensor(
            'int32',
            [count],
            spread(count).map((n) => 512 * n),
          ),
        ),
        editor.constant('shift', tensor('int8', [1], [10])),
      ],
      { rule: 'shift', axis: 1, inputZeroPoint: 0, zeroPoint: 0, min: 0, max: 255, dtype: 'uint8' },
    );
  const convolution = (x: Value, outputs: number, inputs: number, kernel: number, groups = 1): Value => {
    const depth = inputs / groups;
    const w = tensor('int8', [outputs, depth, kernel, kernel], spread(outputs * depth * kernel * kernel));
    const pad = (kernel - 1) / 2;
    const sums = editor.add1(ops.conv2d, [x, editor.constant('w', w)], {
      strides: [1, 1],
      dilations: [1, 1],
      pads: [pad, pad, pad, pad],
      groups,
      ...products,
    });
    return scaled(sums, outputs);
  };
  const input = editor.input('x', { dtype: 'int8', shape: [1, 16, size, size] });
  const first = convolution(editor.add1(ops.changeSign, [input], {}), channels, 16, 3);
  const second = convolution(first, channels, channels, 3, channels);
  const third = convolution(second, channels, channels, 1);
  const pooled = editor.add1(ops.averagePool2d, [third], {
    kernel: [size, size],
    strides: [1, 1],
    pads: [0, 0, 0, 0],
    ceilMode: false,
    countIncludePad: false,
    rounding: 'half-away',
  });
  const flat = editor.add1(ops.reshape, [pooled], { shape: [1, channels] });
  const w = editor.constant('dense', tensor('int8', [classes, channels], spread(classes * channels)));
  editor.setOutputs([scaled(editor.add1(ops.dense, [flat, w], products), classes)]);
  return editor.finish();
}
