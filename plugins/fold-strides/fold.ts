import { isInteger, ops, tensor, type Conv2dAttributes, type Node, type Tensor } from 'match-compiler';
import {
  axesOf,
  type Addition,
  type Axis,
  throughWindows,
  windowPairs,
} from 'match-compiler/plugins/symmetric-padding';

/** One axis of a convolution over the folded image. */
interface FoldedAxis extends Axis {
  /** Positions of padding that the fold puts before the image. */
  readonly front: number;
  /** Positions that fill the last block up. */
  readonly back: number;
}

/**
 * The forms of a convolution of stride s, in which blocks of s×s positions become channels and the stride 1: tap i
 * reads position s·o + i − pad, which is block o + ⌊(i − pad)/s⌋.
 */
export function foldedForms(node: Node<Conv2dAttributes>): readonly Addition[] {
  const { attributes, inputs } = node;
  const [x, w] = inputs;
  const { strides, dilations, groups } = attributes;
  if (!x || !w?.constant || groups !== 1 || dilations.some((dilation) => dilation !== 1)) return [];
  if (strides.every((stride) => stride === 1) || x.type.shape.length !== 4) return [];
  // Blocks are gathered by im2col, which pads with a zero point.
  if (!isInteger(x.type.dtype)) return [];
  const [rows, columns] = axesOf(node, x.type.shape, w.type.shape);
  const options = fronts(rows).flatMap((row) => fronts(columns).map((column) => [row, column] as const));
  return options.flatMap(([row, column]) => formsFrom(node, row, column));
}

/** The folded axis for each padding that may become part of the fold. */
function fronts(axis: Axis): readonly FoldedAxis[] {
  const { input, output, kernel, stride, padBefore } = axis;
  const list: FoldedAxis[] = [];
  for (let front = 0; front <= Math.min(padBefore, stride - 1); front++) {
    const pad = padBefore - front;
    const first = Math.floor(-pad / stride);
    const last = Math.floor((kernel - 1 - pad) / stride);
    const blocks = Math.ceil((input + front) / stride);
    const extent = last - first + 1;
    // The last window ends in the padding behind the image, or before the image does.
    const padAfter = output - 1 + extent - blocks + first;
    list.push({
      front,
      back: blocks * stride - input - front,
      input: blocks,
      output,
      // Blocks that no window reads are read by zeros.
      kernel: extent + Math.max(0, -padAfter),
      stride: 1,
      dilation: 1,
      padBefore: -first,
      padAfter: Math.max(0, padAfter),
    });
  }
  return list;
}

function formsFrom(node: Node<Conv2dAttributes>, rows: FoldedAxis, columns: FoldedAxis): readonly Addition[] {
  const { attributes, inputs, outputs, name } = node;
  const [x, w, bias] = inputs;
  if (!x || !w?.constant) return [];
  const [, channels = 1] = x.type.shape;
  const [height = 1, width = 1] = attributes.strides;
  const folded = foldedFilters(w.constant, node, rows, columns);
  const shape = [x.type.shape[0] ?? 1, channels * height * width, rows.input, columns.input];
  return windowPairs(rows, columns).map((windows): Addition => (editor, input, options) => {
    const image = editor.add1(
      ops.im2col,
      [input],
      {
        kernel: [height, width],
        strides: [height, width],
        dilations: [1, 1],
        pads: [rows.front, columns.front, rows.back, columns.back],
        padValue: attributes.inputZeroPoint,
      },
      {
        name: `${name}.folded`,
        ...(options.loc && { loc: options.loc }),
        ...(options.place && { place: options.place }),
      },
    );
    if (image.type.shape.join() !== shape.join()) throw new TypeError(`${name} folds to another shape`);
    const convolution: Node<Conv2dAttributes> = {
      ...node,
      inputs: [image, editor.constant(`${w.name}.folded`, folded), ...(bias ? [bias] : [])],
      outputs,
      attributes: { ...attributes, strides: [1, 1] },
    };
    return throughWindows(convolution, windows)(editor, image, options);
  });
}

/** [O,C,KH,KW] as [O, s·s·C, rows, columns], channels in the order of `im2col`. */
function foldedFilters(
  filters: Tensor,
  { attributes }: Node<Conv2dAttributes>,
  rows: FoldedAxis,
  columns: FoldedAxis,
): Tensor {
  const [outputs = 1, channels = 1, height = 1, width = 1] = filters.type.shape;
  const [down = 1, across = 1] = attributes.strides;
  const [top = 0, left = 0] = attributes.pads;
  const taps = down * across;
  const shape = [outputs, taps * channels, rows.kernel, columns.kernel];
  const from = filters.data as Int32Array;
  const folded = new Array<number>(outputs * taps * channels * rows.kernel * columns.kernel).fill(
    attributes.weightZeroPoint,
  );
  for (let r = 0; r < height; r++) {
    const row = r - (top - rows.front) + rows.padBefore * down;
    for (let c = 0; c < width; c++) {
      const column = c - (left - columns.front) + columns.padBefore * across;
      const tap = (row % down) * across + (column % across);
      const at = Math.floor(row / down) * columns.kernel + Math.floor(column / across);
      for (let o = 0; o < outputs; o++) {
        for (let i = 0; i < channels; i++) {
          const to = (o * taps * channels + tap * channels + i) * rows.kernel * columns.kernel + at;
          folded[to] = from[((o * channels + i) * height + r) * width + c] ?? 0;
        }
      }
    }
  }
  return tensor(filters.type.dtype, shape, folded);
}
