import { createData, integerRange, isInteger } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { elementCount } from '../ir/tensor.ts';
import { atLeast, expectDtype, expectElements, expectInputs, expectRank, resultType } from './type-checks.ts';
import { windowAxes, type WindowAxis } from './window.ts';

export type Im2colAttributes = {
  /** Height, width; so are strides and dilations. */
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Top, left, bottom, right. */
  readonly pads: readonly number[];
  /** What positions in the padding hold: the zero point of a quantized input. */
  readonly padValue: number;
};

const name = 'im2col';

/** The window of an im2col. @throws {ShapeError} */
export function im2colAxes(
  shape: readonly number[],
  attributes: Im2colAttributes,
): readonly [WindowAxis, WindowAxis] {
  const [, , height = 0, width = 0] = shape;
  return windowAxes(name, height, width, { ...attributes, ceilMode: false });
}

/**
 * The window of every output position of a convolution as channels: x [N,C,H,W] of an integer type →
 * [N, KH·KW·C, OH, OW], where channel (ky·KW + kx)·C + c holds tap (ky, kx) of input channel c. A convolution is
 * then a product per pixel.
 */
export const im2col = defineOp<Im2colAttributes>({
  name,
  summary: 'Windows of a convolution as channels',
  infer(inputs, attributes) {
    const [x] = expectInputs(name, inputs, 1);
    expectRank(name, 'the input', x, 4);
    expectElements(name, 'the input', x);
    expectDtype(name, 'the input', x, ['int8', 'uint8', 'int16', 'uint16', 'int32']);
    const { min, max } = integerRange(x.dtype);
    const { padValue } = attributes;
    if (!Number.isInteger(padValue) || padValue < min || padValue > max)
      throw new ShapeError(`${name}: the padding holds ${padValue}, which is no ${x.dtype}`);
    const [rows, columns] = im2colAxes(x.shape, attributes);
    const [batch = 0, channels = 0] = x.shape;
    return [
      resultType(name, x.dtype, [
        batch,
        rows.kernel * columns.kernel * channels,
        rows.output,
        columns.output,
      ]),
    ];
  },
  evaluate(inputs, attributes, [output]) {
    const [x] = atLeast(inputs, 1);
    const [rows, columns] = im2colAxes(x.type.shape, attributes);
    const [batch = 0, channels = 0] = x.type.shape;
    if (!isInteger(x.type.dtype)) throw new ShapeError(`${name}: the input is ${x.type.dtype}`);
    const from = x.data as Int32Array;
    const result = createData(x.type.dtype, elementCount(output?.shape ?? [])) as Int32Array;
    let at = 0;
    for (let n = 0; n < batch; n++) {
      for (let tap = 0; tap < rows.kernel * columns.kernel; tap++) {
        const ky = Math.floor(tap / columns.kernel);
        const kx = tap % columns.kernel;
        for (let c = 0; c < channels; c++) {
          const plane = (n * channels + c) * rows.input * columns.input;
          for (let oy = 0; oy < rows.output; oy++) {
            const y = oy * rows.stride + ky * rows.dilation - rows.padBefore;
            for (let ox = 0; ox < columns.output; ox++) {
              const column = ox * columns.stride + kx * columns.dilation - columns.padBefore;
              const inside = y >= 0 && y < rows.input && column >= 0 && column < columns.input;
              result[at++] = inside ? (from[plane + y * columns.input + column] ?? 0) : attributes.padValue;
            }
          }
        }
      }
    }
    return [result];
  },
});
