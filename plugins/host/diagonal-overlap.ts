import { channelsLast, rowMajor, sameLayout, type Overlap } from 'match-compiler';
import type { Operand } from './operands.ts';
import type { WindowAxis } from './window.ts';

/**
 * How far an output must begin before an input that a kernel reads while it writes: the maximum over output
 * positions p, in the order of writing, of (end of what is written up to and including p) − (lowest byte that
 * p or a later position reads). What p reads counts as still needed while p is written.
 *
 * @param lowestRead first byte that a position reads, undefined when it reads nothing
 * @returns undefined when nothing is ever read
 */
export function diagonalLead(
  positions: number,
  bytesPerPosition: number,
  lowestRead: (position: number) => number | undefined,
): number | undefined {
  let lead: number | undefined;
  let lowest = Infinity;
  for (let p = positions - 1; p >= 0; p--) {
    lowest = Math.min(lowest, lowestRead(p) ?? Infinity);
    if (lowest === Infinity) continue;
    lead = Math.max(lead ?? -Infinity, (p + 1) * bytesPerPosition - lowest);
  }
  return lead;
}

/**
 * Overlap of a kernel that slides a window over one image. Channels-last: pixel after pixel, all channels of a
 * pixel inside, each reading all input channels. Row-major, for kernels that keep channels apart: element after
 * element.
 */
export function windowOverlaps(
  x: Operand,
  out: Operand,
  axes: readonly [WindowAxis, WindowAxis],
  elementBytes: { readonly x: number; readonly out: number },
  keepsChannelsApart: boolean,
): readonly Overlap[] {
  const [batch = 1, channels = 1, height = 1, width = 1] = x.shape;
  const [, filters = 1] = out.shape;
  const [rows, columns] = axes;
  if (batch !== 1) return [];
  const pixel = (p: number): number | undefined => {
    const y = firstInside(rows, Math.floor(p / columns.output));
    const column = firstInside(columns, p % columns.output);
    return y === undefined || column === undefined ? undefined : y * width + column;
  };
  const pixels = rows.output * columns.output;
  let lead: number | undefined;
  if (sameLayout(x.layout, channelsLast(4)) && sameLayout(out.layout, channelsLast(4))) {
    lead = diagonalLead(pixels, filters * elementBytes.out, (p) => {
      const from = pixel(p);
      return from === undefined ? undefined : from * channels * elementBytes.x;
    });
  } else if (keepsChannelsApart && sameLayout(x.layout, rowMajor(4)) && sameLayout(out.layout, rowMajor(4))) {
    const perChannel = Array.from({ length: pixels }, (_, p) => pixel(p));
    const multiplier = filters / channels;
    lead = diagonalLead(filters * pixels, elementBytes.out, (p) => {
      const from = perChannel[p % pixels];
      const channel = Math.floor(p / (pixels * multiplier));
      return from === undefined ? undefined : (channel * height * width + from) * elementBytes.x;
    });
  }
  return lead === undefined || lead >= filters * pixels * elementBytes.out ? [] : [overlapOf(lead)];
}

function overlapOf(lead: number): Overlap {
  return { input: 0, output: 0, lead };
}

/** First input position that a window covers, undefined when it covers padding alone. */
function firstInside(axis: WindowAxis, output: number): number | undefined {
  const start = output * axis.stride - axis.padBefore;
  for (let k = 0; k < axis.kernel; k++) {
    const position = start + k * axis.dilation;
    if (position >= 0) return position < axis.input ? position : undefined;
  }
  return undefined;
}

/** Rows after rows: each row of the output depends on the same row of the input. */
export function rowOverlaps(rows: number, inputRowBytes: number, outputRowBytes: number): readonly Overlap[] {
  const lead = diagonalLead(rows, outputRowBytes, (row) => row * inputRowBytes);
  return lead === undefined || lead >= rows * outputRowBytes ? [] : [overlapOf(lead)];
}
