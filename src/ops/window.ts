import { ShapeError } from '../ir/op.ts';
import { expectIntegers } from './type-checks.ts';

/** A window that slides over the last two axes. `pads` are top, left, bottom, right; the others height, width. */
export type WindowAttributes = {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly number[];
  readonly ceilMode: boolean;
};

/** One axis of a sliding window. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBefore: number;
  readonly padAfter: number;
}

/**
 * The height and the width axis of a window over `height`×`width` positions. With `ceilMode` the last
 * window may hang over the end, but must start inside the input or the leading padding (ONNX pooling).
 * @throws {ShapeError} for strides, dilations or kernels below 1, negative pads, or windows larger than the padded input
 */
export function windowAxes(
  op: string,
  height: number,
  width: number,
  attributes: WindowAttributes,
): readonly [WindowAxis, WindowAxis] {
  const { kernel, strides, dilations, pads } = attributes;
  expectIntegers(op, 'kernel', kernel, 2, 1);
  expectIntegers(op, 'strides', strides, 2, 1);
  expectIntegers(op, 'dilations', dilations, 2, 1);
  expectIntegers(op, 'pads', pads, 4, 0);
  const axis = (i: 0 | 1, input: number, name: string): WindowAxis => {
    const k = kernel[i] ?? 1;
    const stride = strides[i] ?? 1;
    const dilation = dilations[i] ?? 1;
    const padBefore = pads[i] ?? 0;
    const padAfter = pads[i + 2] ?? 0;
    const reach = dilation * (k - 1) + 1;
    const room = input + padBefore + padAfter - reach;
    if (room < 0) {
      throw new ShapeError(
        `${op}: a window of ${reach} positions does not fit in ${input + padBefore + padAfter} (${name} ${input}, pads ${padBefore} and ${padAfter})`,
      );
    }
    let output = (attributes.ceilMode ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
    if (attributes.ceilMode && (output - 1) * stride >= input + padBefore) output--;
    return { input, output, kernel: k, stride, dilation, padBefore, padAfter };
  };
  return [axis(0, height, 'height'), axis(1, width, 'width')];
}

/**
 * The outputs `from ≤ o < to` for which tap `k` of the window lies inside the input; the position read by
 * output `o` is `o·stride + offset`.
 */
export function tapRange(
  axis: WindowAxis,
  k: number,
): { readonly from: number; readonly to: number; readonly offset: number } {
  const offset = k * axis.dilation - axis.padBefore;
  const from = Math.max(0, Math.ceil(-offset / axis.stride));
  const to = Math.min(axis.output, Math.ceil((axis.input - offset) / axis.stride));
  return { from, to: Math.max(from, to), offset };
}
