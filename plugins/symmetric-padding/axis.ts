/** One axis of a convolution. */
export interface Axis {
  readonly input: number;
  readonly output: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padBefore: number;
  readonly padAfter: number;
}

/** Another window along one axis that gives the same sums. */
export interface Window {
  /** Positions put around the input by a node of its own. */
  readonly before: number;
  readonly after: number;
  /** The filter is set into one of this extent, which begins `offset` positions earlier. */
  readonly kernel: number;
  readonly offset: number;
  /** Padding on either side. */
  readonly pad: number;
}

/** Filters grow by this much at most: beyond it an explicit pad is cheaper everywhere. */
const largestGrowth = 4;

/** Windows with the same padding on both sides: the filter set into larger ones, and the padding made explicit. */
export function symmetricWindows(axis: Axis): readonly Window[] {
  const { input, output, kernel, stride, dilation, padBefore } = axis;
  const windows: Window[] = [];
  for (let grown = kernel; dilation === 1 ? grown <= kernel + largestGrowth : grown === kernel; grown++) {
    for (let pad = padBefore; pad - padBefore <= grown - kernel; pad++) {
      const fits = Math.floor((input + 2 * pad - dilation * (grown - 1) - 1) / stride) + 1 === output;
      if (fits && pad < grown)
        windows.push({ before: 0, after: 0, kernel: grown, offset: pad - padBefore, pad });
    }
  }
  const reach = (output - 1) * stride + dilation * (kernel - 1) + 1;
  const after = Math.max(0, reach - input - padBefore);
  if (padBefore > 0 || after > 0) windows.push({ before: padBefore, after, kernel, offset: 0, pad: 0 });
  return windows;
}
