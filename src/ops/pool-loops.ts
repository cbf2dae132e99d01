import { floorDivide } from '../arithmetic/integer.ts';
import { createData, integerRange, isFloat, type TensorData } from '../ir/data-type.ts';
import type { Tensor, TensorType } from '../ir/tensor.ts';
import type { WindowAxis } from './window.ts';

export type PoolAxes = readonly [WindowAxis, WindowAxis];

type NumberData = Exclude<TensorData, BigInt64Array | BigUint64Array>;

/** The taps of one window that lie inside the input. */
interface Reach {
  /** Position of the first tap inside. */
  readonly start: number;
  readonly count: number;
  /** Taps inside the input and its padding. */
  readonly padded: number;
}

function reachesOf(axis: WindowAxis): Reach[] {
  return Array.from({ length: axis.output }, (_, output) => {
    const origin = output * axis.stride - axis.padBefore;
    const skipped = origin < 0 ? Math.ceil(-origin / axis.dilation) : 0;
    const start = origin + skipped * axis.dilation;
    const until = (end: number): number =>
      Math.max(0, Math.min(axis.kernel, Math.ceil((end - origin) / axis.dilation)));
    return {
      start,
      count: Math.max(0, until(axis.input) - skipped),
      padded: until(axis.input + axis.padAfter),
    };
  });
}

/** Calls `visit` per output element, in row-major order of [N,C,OH,OW]. */
function forEachWindow(
  x: Tensor,
  [rows, columns]: PoolAxes,
  visit: (output: number, plane: number, row: Reach, column: Reach) => void,
): void {
  const [batch = 0, channels = 0] = x.type.shape;
  const rowReaches = reachesOf(rows);
  const columnReaches = reachesOf(columns);
  let output = 0;
  for (let plane = 0; plane < batch * channels; plane++) {
    const start = plane * rows.input * columns.input;
    for (const row of rowReaches) for (const column of columnReaches) visit(output++, start, row, column);
  }
}

export function maxPool(x: Tensor, axes: PoolAxes, output: TensorType): TensorData {
  const data = x.data as NumberData;
  const [rows, columns] = axes;
  const lowest = isFloat(x.type.dtype) ? -Infinity : integerRange(x.type.dtype).min;
  const result = createData(output.dtype, outputCount(x, axes));
  forEachWindow(x, axes, (at, plane, row, column) => {
    let largest = lowest;
    for (let r = 0, h = row.start; r < row.count; r++, h += rows.dilation) {
      let from = plane + h * columns.input + column.start;
      for (let c = 0; c < column.count; c++, from += columns.dilation) {
        const value = data[from] as number;
        if (value > largest || Number.isNaN(value)) largest = value;
      }
    }
    result[at] = largest;
  });
  return result;
}

export function sumPool(x: Tensor, axes: PoolAxes, zeroPoint: number): Int32Array {
  const result = new Int32Array(outputCount(x, axes));
  forEachSum(x, axes, zeroPoint, false, (at, sum) => {
    result[at] = sum;
  });
  return result;
}

export function averagePool(
  x: Tensor,
  axes: PoolAxes,
  countIncludePad: boolean,
  rounding: 'float' | 'half-away' | 'floor',
): TensorData {
  const result = createData(x.type.dtype, outputCount(x, axes));
  const isFloatMean = rounding === 'float';
  forEachSum(x, axes, 0, isFloatMean, (at, sum, inside, padded) => {
    const count = countIncludePad ? padded : inside;
    result[at] = count === 0 ? 0 : isFloatMean ? sum / count : integerMean(sum, count, rounding);
  });
  return result;
}

function integerMean(sum: number, count: number, rounding: 'half-away' | 'floor'): number {
  if (rounding === 'floor') return floorDivide(sum, count);
  const half = Math.floor(count / 2);
  return sum > 0 ? floorDivide(sum + half, count) : -floorDivide(half - sum, count);
}

/** Sums of x − zeroPoint per window: exact for integers (a safe integer), float32 steps for floats. */
function forEachSum(
  x: Tensor,
  axes: PoolAxes,
  zeroPoint: number,
  isFloat32: boolean,
  visit: (output: number, sum: number, inside: number, padded: number) => void,
): void {
  const data = x.data as NumberData;
  const width = axes[1].input;
  forEachWindow(x, axes, (at, plane, row, column) => {
    let sum = 0;
    for (let r = 0, h = row.start; r < row.count; r++, h++) {
      const from = plane + h * width + column.start;
      if (isFloat32)
        for (let i = from; i < from + column.count; i++) sum = Math.fround(sum + (data[i] as number));
      else for (let i = from; i < from + column.count; i++) sum += data[i] as number;
    }
    const inside = row.count * column.count;
    visit(at, sum - inside * zeroPoint, inside, row.padded * column.padded);
  });
}

function outputCount(x: Tensor, [rows, columns]: PoolAxes): number {
  const [batch = 0, channels = 0] = x.type.shape;
  return batch * channels * rows.output * columns.output;
}
