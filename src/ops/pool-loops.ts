import { floorDivide } from '../arithmetic/integer.ts';
import { createData, integerRange, isFloat, type DataType, type TensorData } from '../ir/data-type.ts';
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

/** Element types whose largest element is looked for. */
export const maxPoolTypes: readonly DataType[] = [
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'float32',
  'float64',
];

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

/** The largest elements and their positions in the tensor, −1 where a window has none. */
export function maxPoolIndices(
  x: Tensor,
  axes: PoolAxes,
  columnMajor: boolean,
): readonly [values: TensorData, indices: BigInt64Array] {
  const data = x.data as NumberData;
  const [rows, columns] = axes;
  const [rowStep, columnStep] = columnMajor ? [1, rows.input] : [columns.input, 1];
  const lowest = isFloat(x.type.dtype) ? -Infinity : integerRange(x.type.dtype).min;
  const values = createData(x.type.dtype, outputCount(x, axes));
  const indices = new BigInt64Array(values.length);
  forEachWindow(x, axes, (at, plane, row, column) => {
    let largest = lowest;
    let index = -1;
    for (let r = 0, h = row.start; r < row.count; r++, h += rows.dilation) {
      for (let c = 0, w = column.start; c < column.count; c++, w += columns.dilation) {
        const value = data[plane + h * columns.input + w] as number;
        if (index < 0 || value > largest || Number.isNaN(value)) {
          largest = value;
          index = plane + h * rowStep + w * columnStep;
        }
      }
    }
    values[at] = largest;
    indices[at] = BigInt(index);
  });
  return [values, indices];
}

export function lpPool(x: Tensor, axes: PoolAxes, p: number): TensorData {
  const data = x.data as NumberData;
  const [rows, columns] = axes;
  const round = x.type.dtype === 'float32' ? Math.fround : (value: number): number => value;
  const power = (value: number): number =>
    p === 1 ? value : round(p === 2 ? value * value : Math.pow(value, p));
  const root = (sum: number): number =>
    p === 1 ? sum : p === 2 ? Math.sqrt(sum) : Math.pow(sum, round(1 / p));
  const result = createData(x.type.dtype, outputCount(x, axes));
  forEachWindow(x, axes, (at, plane, row, column) => {
    let sum = 0;
    for (let r = 0, h = row.start; r < row.count; r++, h += rows.dilation) {
      let from = plane + h * columns.input + column.start;
      for (let c = 0; c < column.count; c++, from += columns.dilation) {
        sum = round(sum + power(Math.abs(data[from] as number)));
      }
    }
    result[at] = root(sum);
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
  attributes: {
    readonly countIncludePad: boolean;
    readonly rounding: 'float' | 'half-away' | 'floor';
    readonly zeroPoint?: number;
  },
): TensorData {
  const { countIncludePad, rounding, zeroPoint = 0 } = attributes;
  const result = createData(x.type.dtype, outputCount(x, axes));
  const isFloatMean = rounding === 'float';
  forEachSum(x, axes, zeroPoint, x.type.dtype === 'float32', (at, sum, inside, padded) => {
    const count = countIncludePad ? padded : inside;
    if (isFloatMean) result[at] = count === 0 ? 0 : sum / count;
    else result[at] = zeroPoint + (count === 0 ? 0 : integerMean(sum, count, rounding));
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
  const [rows, columns] = axes;
  forEachWindow(x, axes, (at, plane, row, column) => {
    let sum = 0;
    for (let r = 0, h = row.start; r < row.count; r++, h += rows.dilation) {
      let from = plane + h * columns.input + column.start;
      for (let c = 0; c < column.count; c++, from += columns.dilation) {
        sum += data[from] as number;
        if (isFloat32) sum = Math.fround(sum);
      }
    }
    const inside = row.count * column.count;
    visit(at, sum - inside * zeroPoint, inside, row.padded * column.padded);
  });
}

function outputCount(x: Tensor, [rows, columns]: PoolAxes): number {
  const [batch = 0, channels = 0] = x.type.shape;
  return batch * channels * rows.output * columns.output;
}
