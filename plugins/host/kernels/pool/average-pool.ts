import { integerRange, isFloat, pattern, ops, type KernelCall, type KernelInstance } from 'match-compiler';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { support } from '../../support/index.ts';
import type { AxisWindow, WindowAxis } from '../../window.ts';
import text from './average_pool2d.c';
import { poolOf, poolOperands, windowNest } from './window-nest.ts';

const template = kernelTemplate('pool/average_pool2d.c', text);

export function averagePool(call: KernelCall): KernelInstance {
  const pool = poolOf(call.region);
  const { attributes } = pattern.captured(call.region.match, 'pool', ops.averagePool2d);
  const { signature, x, out } = poolOperands(call, pool);
  const { holes, xIndex, outIndex, window } = windowNest(x, out, pool.axes);
  const float = isFloat(x.dtype);
  const accumulator = float ? 'float' : sumType(x.dtype, pool.axes);
  const [rows, columns] = pool.axes;
  const count = attributes.countIncludePad
    ? product(paddedTaps(rows, window.rows.start), paddedTaps(columns, window.columns.start))
    : product(tapsText(window.rows), tapsText(window.columns));
  const floor = attributes.rounding === 'floor';
  return kernelInstance(call, template, 'average_pool2d', signature, {
    holes: {
      ...holes,
      x_index: xIndex,
      type: x.type,
      acc_type: accumulator,
      count: float ? `(float)${/^\d+$/.test(count) ? count : `(${count})`}` : count,
      mean: floor ? `(${x.type})floor_divide_positive(sum, count)` : 'sum / count',
      out_index: outIndex,
    },
    flags: { half_away: attributes.rounding === 'half-away' },
    support: floor ? support.floorDividePositive : [],
  });
}

function sumType(
  dtype: Parameters<typeof integerRange>[0],
  [rows, columns]: readonly [WindowAxis, WindowAxis],
): string {
  const { min, max } = integerRange(dtype);
  const bound = (Math.max(-min, max) + 1) * rows.kernel * columns.kernel;
  return bound < 2 ** 31 ? 'int32_t' : 'int64_t';
}

/** Taps inside the input: a number where no window meets the padding. */
function tapsText({ from, to }: AxisWindow): string {
  return from === '0' ? to : `(${to} - ${from})`;
}

/** Taps inside the input and its padding: fewer than the kernel has only where a last window hangs over. */
function paddedTaps(axis: WindowAxis, start: string): string {
  const end = axis.input + axis.padAfter;
  const last = (axis.output - 1) * axis.stride - axis.padBefore;
  if (last + axis.kernel <= end) return String(axis.kernel);
  return `(${start} + ${axis.kernel} <= ${end} ? ${axis.kernel} : ${end} - ${start})`;
}

function product(a: string, b: string): string {
  return /^\d+$/.test(a) && /^\d+$/.test(b) ? String(Number(a) * Number(b)) : `${a} * ${b}`;
}
