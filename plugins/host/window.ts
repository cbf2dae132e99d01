import type { Shape } from 'match-compiler';
import { indexExpression } from './loop-nest.ts';

/** One axis of a window that slides over an image. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Positions of padding before the input. */
  readonly padBefore: number;
  /** Positions of padding behind the input. */
  readonly padAfter: number;
}

/** What a window operator says about its window; lists are height, width, pads top, left, bottom, right. */
export interface WindowAttributes {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations?: readonly number[];
  readonly pads: readonly number[];
}

/** Height and width axis of a window between images of logical shape N,C,H,W. */
export function windowAxes(
  x: Shape,
  out: Shape,
  { kernel, strides, dilations = [1, 1], pads }: WindowAttributes,
): readonly [WindowAxis, WindowAxis] {
  const axis = (i: 0 | 1): WindowAxis => ({
    input: x[i + 2] ?? 1,
    output: out[i + 2] ?? 1,
    kernel: kernel[i] ?? 1,
    stride: strides[i] ?? 1,
    dilation: dilations[i] ?? 1,
    padBefore: pads[i] ?? 0,
    padAfter: pads[i + 2] ?? 0,
  });
  return [axis(0), axis(1)];
}

/** Holes of a template with a window: where it starts, and which taps lie inside the input. */
export interface WindowHoles {
  readonly y0: string;
  readonly ky_begin: string;
  readonly ky_end: string;
  readonly x0: string;
  readonly kx_begin: string;
  readonly kx_end: string;
}

/** `oy` and `ox` are the variables of the output position, `0` where the output has one row or column. */
export function windowHoles([rows, columns]: readonly [WindowAxis, WindowAxis]): WindowHoles {
  const y = tapExpressions(rows, 'oy', 'y0');
  const x = tapExpressions(columns, 'ox', 'x0');
  return {
    y0: y.start,
    ky_begin: y.begin,
    ky_end: y.end,
    x0: x.start,
    kx_begin: x.begin,
    kx_end: x.end,
  };
}

function tapExpressions(
  { input, output, kernel, stride, dilation, padBefore }: WindowAxis,
  variable: string,
  start: string,
): { readonly start: string; readonly begin: string; readonly end: string } {
  const first = -padBefore;
  const last = (output - 1) * stride - padBefore;
  const reach = dilation * (kernel - 1);
  const ceilDivide = (value: string): string =>
    dilation === 1 ? value : `(${value} + ${dilation - 1}) / ${dilation}`;
  // A tap k reads position start + k·dilation, which is inside when 0 ≤ position < input.
  let begin = '0';
  if (first < 0) begin = `${start} < 0 ? ${dilation === 1 ? `-${start}` : `(${dilation - 1} - ${start}) / ${dilation}`} : 0`;
  let end = String(kernel);
  if (last + reach >= input) {
    end = `${start} + ${reach} < ${input} ? ${kernel} : ${ceilDivide(`${input} - ${start}`)}`;
  }
  return {
    start: indexExpression(output === 1 ? [] : [[variable, stride]], first),
    begin,
    end,
  };
}

/** Taps of all windows that lie inside the input, per channel: what a kernel really computes. */
export function tapsInside([rows, columns]: readonly [WindowAxis, WindowAxis]): number {
  const along = ({ input, output, kernel, stride, dilation, padBefore }: WindowAxis): number => {
    let count = 0;
    for (let o = 0; o < output; o++) {
      for (let k = 0; k < kernel; k++) {
        const position = o * stride - padBefore + k * dilation;
        if (position >= 0 && position < input) count++;
      }
    }
    return count;
  };
  return along(rows) * along(columns);
}
