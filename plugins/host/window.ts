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

/** What a template with a window needs to know: declarations, and the loops over its taps. */
export interface Window {
  readonly holes: {
    /** Declarations of where the window starts and which taps lie inside the input; nothing where all do. */
    readonly window: string;
    readonly ky_from: string;
    readonly ky_to: string;
    readonly kx_from: string;
    readonly kx_to: string;
  };
  /** Input row read by tap `ky`, and input column read by a tap. */
  readonly row: (tap: string) => string;
  readonly column: (tap: string) => string;
  readonly rows: AxisWindow;
  readonly columns: AxisWindow;
}

/** One axis of it. */
export interface AxisWindow {
  /** Some window meets the padding: the first and the last tap inside are variables. */
  readonly clipped: boolean;
  /** The variable or expression of the position of tap 0. */
  readonly start: string;
  readonly declarations: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly position: (tap: string) => string;
}

/** `oy` and `ox` are the variables of the output position. */
export function windowOf([rows, columns]: readonly [WindowAxis, WindowAxis]): Window {
  const y = axisWindow(rows, 'oy', 'y0', 'ky');
  const x = axisWindow(columns, 'ox', 'x0', 'kx');
  return {
    holes: {
      window: [...y.declarations, ...x.declarations].join('\n'),
      ky_from: y.from,
      ky_to: y.to,
      kx_from: x.from,
      kx_to: x.to,
    },
    row: y.position,
    column: x.position,
    rows: y,
    columns: x,
  };
}

function axisWindow(axis: WindowAxis, variable: string, name: string, tap: string): AxisWindow {
  const { input, output, kernel, stride, dilation, padBefore } = axis;
  const last = (output - 1) * stride - padBefore;
  const reach = dilation * (kernel - 1);
  const start = indexExpression(output === 1 ? [] : [[variable, stride]], -padBefore);
  const step = (text: string): string =>
    dilation === 1 || text === '0'
      ? text
      : /^\d+$/.test(text)
        ? String(Number(text) * dilation)
        : `${text} * ${dilation}`;
  const low = padBefore > 0;
  const high = last + reach >= input;
  if (!low && !high) {
    const position = (text: string): string => {
      const offset = step(text);
      if (start === '0') return offset;
      return offset === '0' ? start : `(${start} + ${offset})`;
    };
    return { clipped: false, start, declarations: [], from: '0', to: String(kernel), position };
  }
  // Tap k reads position start + k·dilation, which is inside when 0 ≤ position < input.
  const first = dilation === 1 ? `-${name}` : `(${dilation - 1} - ${name}) / ${dilation}`;
  const rest = dilation === 1 ? `${input} - ${name}` : `(${input + dilation - 1} - ${name}) / ${dilation}`;
  const declarations = [`const int32_t ${name} = ${start};`];
  if (low) declarations.push(`const int32_t ${tap}_begin = ${name} < 0 ? ${first} : 0;`);
  if (high)
    declarations.push(`const int32_t ${tap}_end = ${name} + ${reach} < ${input} ? ${kernel} : ${rest};`);
  return {
    clipped: true,
    start: name,
    declarations,
    from: low ? `${tap}_begin` : '0',
    to: high ? `${tap}_end` : String(kernel),
    position: (text) => (text === '0' ? name : `(${name} + ${step(text)})`),
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
