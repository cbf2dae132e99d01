import {
  ops,
  tensor,
  type Conv2dAttributes,
  type GraphEditor,
  type Node,
  type Tensor,
  type Value,
} from 'match-compiler';

/** A convolution that im2col can stand in for: one group, a window of several taps, constant weights. */
export function isUnfoldable({ inputs, attributes }: Node<Conv2dAttributes>): boolean {
  const [x, w] = inputs;
  if (!x || !w?.constant || attributes.groups !== 1) return false;
  const [, , rows = 1, columns = 1] = w.type.shape;
  return rows * columns > 1 && (x.type.dtype === 'uint8' || x.type.dtype === 'int8');
}

/** Adds im2col and the product that equal a convolution of `x`. */
export function addUnfolded(
  editor: GraphEditor,
  { attributes, inputs, outputs, name, loc }: Node<Conv2dAttributes>,
  x: Value | undefined,
): Value {
  const [, w, bias] = inputs;
  if (!x || !w?.constant) throw new TypeError(`${name} cannot be unfolded`);
  const [, , rows = 1, columns = 1] = w.type.shape;
  const windows = editor.add1(
    ops.im2col,
    [x],
    {
      kernel: [rows, columns],
      strides: attributes.strides,
      dilations: attributes.dilations,
      pads: attributes.pads,
      padValue: attributes.inputZeroPoint,
    },
    { name: `${name}.im2col`, loc },
  );
  const weights = editor.constant(`${w.name}.unfolded`, tapsAsChannels(w.constant));
  const point = { ...attributes, strides: [1, 1], dilations: [1, 1], pads: [0, 0, 0, 0] };
  const [output] = outputs;
  return editor.add1(ops.conv2d, [windows, weights, ...(bias ? [bias] : [])], point, {
    name,
    loc,
    ...(output && { types: [output.type] }),
  });
}

/** [O,C,KH,KW] as [O, KH·KW·C, 1, 1], in the order of `im2col`'s channels. */
function tapsAsChannels({ type, data }: Tensor): Tensor {
  const [filters = 1, channels = 1, rows = 1, columns = 1] = type.shape;
  const taps = rows * columns;
  const moved = data.slice() as Int32Array;
  const from = data as Int32Array;
  for (let o = 0; o < filters; o++) {
    for (let c = 0; c < channels; c++) {
      for (let tap = 0; tap < taps; tap++) {
        moved[(o * taps + tap) * channels + c] = from[(o * channels + c) * taps + tap] ?? 0;
      }
    }
  }
  return tensor(type.dtype, [filters, taps * channels, 1, 1], moved);
}
