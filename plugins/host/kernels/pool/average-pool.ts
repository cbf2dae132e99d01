import { integerRange, isFloat, pattern, ops, type KernelCall, type KernelInstance } from 'match-compiler';
import { kernelInstance, kernelTemplate } from '../../kernel-instance.ts';
import { support } from '../../support/index.ts';
import type { AxisWindow, WindowAxis } from '../../window.ts';
import text from './average_pool2d.c';
import { inPlace, poolOf, poolOperands, windowNest } from './window-nest.ts';

const template = kernelTemplate('pool/average_pool2d.c', text);

export function averagePool(call: KernelCall, positions = inPlace): KernelInstance {
  const pool = poolOf(call.region);
  const { attributes } = pattern.captured(call.region.match, 'pool', ops.averagePool2d);
  const { signature, x, out } = poolOperands(call, pool);
  const { holes, xIndex, outIndex, window } = windowNest(x, out, pool.axes, positions);
  const float = isFloat(x.dtype);
  const { zeroPoint = 0 } = attributes;
  const accumulator = float ? x.type : sumType(x.dtype, zeroPoint, pool.axes);
  const [rows, columns] = pool.axes;
  const count = attributes.countIncludePad
    ? product(paddedTaps(rows, window.rows.start), paddedTaps(columns, window.columns.start))
    : product(tapsText(window.rows), tapsText(window.columns));
  const floor = attributes.rounding === 'floor';
  return kernelInstance(call, template, 'average_pool2d', signature, {
    holes: {
      ...holes,
      element: `${zeroPoint !== 0 && x.dtype === 'int32' ? '(int64_t)' : ''}x[${xIndex}]${signedTerm(-zeroPoint)}`,
      type: x.type,
      acc_type: accumulator,
      count: float ? `(${x.type})${/^\d+$/.test(count) ? count : `(${count})`}` : count,
      mean: floor ? `(${x.type})${sumOf('floor_divide_positive(sum, count)', zeroPoint)}` : 'sum / count',
      rounded: sumOf('mean', zeroPoint),
      out_index: outIndex,
    },
    flags: { half_away: attributes.rounding === 'half-away' },
    support: floor ? support.floorDividePositive : [],
  });
}

/** ` + 3`, ` - 3` or nothing. */
function signedTerm(value: number): string {
  return value === 0 ? '' : ` ${value < 0 ? '-' : '+'} ${Math.abs(value)}`;
}

/** `text`, or `(text + 3)`. */
function sumOf(text: string, value: number): string {
  return value === 0 ? text : `(${text}${signedTerm(value)})`;
}

function sumType(
  dtype: Parameters<typeof integerRange>[0],
  zeroPoint: number,
  [rows, columns]: readonly [WindowAxis, WindowAxis],
): string {
  const { min, max } = integerRange(dtype);
  const bound = (Math.max(zeroPoint - min, max - zeroPoint) + 1) * rows.kernel * columns.kernel;
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
  const reach = axis.dilation * (axis.kernel - 1) + 1;
  if (last + reach <= end) return String(axis.kernel);
  const rest =
    axis.dilation === 1 ? `${end} - ${start}` : `(${end + axis.dilation - 1} - ${start}) / ${axis.dilation}`;
  return `(${start} + ${reach} <= ${end} ? ${axis.kernel} : ${rest})`;
}

function product(a: string, b: string): string {
  return /^\d+$/.test(a) && /^\d+$/.test(b) ? String(Number(a) * Number(b)) : `${a} * ${b}`;
}
