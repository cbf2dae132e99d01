import {
  ops,
  tensor,
  type Conv2dAttributes,
  type GraphEditor,
  type Node,
  type NodeOptions,
  type Tensor,
  type Value,
} from 'match-compiler';
import { symmetricWindows, type Axis, type Window } from './axis.ts';

/** Windows along both axes. */
export interface Windows {
  readonly rows: Window;
  readonly columns: Window;
}

/** Adds to an editor what gives the sums of a convolution of `x`. */
export type Addition = (editor: GraphEditor, x: Value, options: NodeOptions) => Value;

/** The axes of a convolution of `x` by filters of a shape. */
export function axesOf(
  { attributes, outputs }: Pick<Node<Conv2dAttributes>, 'attributes' | 'outputs'>,
  x: readonly number[],
  w: readonly number[],
): readonly [Axis, Axis] {
  const out = outputs[0]?.type.shape ?? [];
  const { strides, dilations, pads } = attributes;
  const axis = (i: 0 | 1): Axis => ({
    input: x[i + 2] ?? 1,
    output: out[i + 2] ?? 1,
    kernel: w[i + 2] ?? 1,
    stride: strides[i] ?? 1,
    dilation: dilations[i] ?? 1,
    padBefore: pads[i] ?? 0,
    padAfter: pads[i + 2] ?? 0,
  });
  return [axis(0), axis(1)];
}

/** Every pair of windows with the same padding on both sides, the smallest filters first. */
export function windowPairs(rows: Axis, columns: Axis): readonly Windows[] {
  const pairs = symmetricWindows(rows).flatMap((row) =>
    symmetricWindows(columns).map((column) => ({ rows: row, columns: column })),
  );
  return pairs.sort((a, b) => area(a) - area(b));
}

function area({ rows, columns }: Windows): number {
  return rows.kernel * columns.kernel;
}

/** The convolution through other windows. */
export function throughWindows(
  { attributes, inputs, name }: Node<Conv2dAttributes>,
  { rows, columns }: Windows,
): Addition {
  return (editor, x, options) => {
    const [, w, bias] = inputs;
    if (!w?.constant) throw new TypeError(`${name} has no constant weights`);
    const pads = [0, 0, rows.before, columns.before, 0, 0, rows.after, columns.after];
    const padded = pads.every((pad) => pad === 0)
      ? x
      : editor.add1(
          ops.pad,
          [x],
          { pads, value: attributes.inputZeroPoint, mode: 'constant' },
          {
            ...(options.loc && { loc: options.loc }),
            ...(options.place && { place: options.place }),
            name: `${name}.padded`,
          },
        );
    const weights = grownFilters(w.constant, attributes.weightZeroPoint, rows, columns);
    return editor.add1(
      ops.conv2d,
      [
        padded,
        weights === w.constant ? w : editor.constant(`${w.name}.grown`, weights),
        ...(bias ? [bias] : []),
      ],
      { ...attributes, pads: [rows.pad, columns.pad, rows.pad, columns.pad] },
      options,
    );
  };
}

/** Filters [O,I,KH,KW] set into larger ones that hold the weight zero point elsewhere. */
export function grownFilters(filters: Tensor, zero: number, rows: Window, columns: Window): Tensor {
  const [outputs = 1, inputs = 1, height = 1, width = 1] = filters.type.shape;
  if (rows.kernel === height && columns.kernel === width) return filters;
  const count = outputs * inputs;
  const from = filters.data as Int32Array;
  const grown = new Array<number>(count * rows.kernel * columns.kernel).fill(zero);
  for (let f = 0; f < count; f++) {
    for (let r = 0; r < height; r++) {
      for (let c = 0; c < width; c++) {
        const to = (f * rows.kernel + r + rows.offset) * columns.kernel + c + columns.offset;
        grown[to] = from[(f * height + r) * width + c] ?? 0;
      }
    }
  }
  return tensor(filters.type.dtype, [outputs, inputs, rows.kernel, columns.kernel], grown);
}
