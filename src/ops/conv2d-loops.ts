import type { TensorData } from '../ir/data-type.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Conv2dAttributes } from './conv2d.ts';
import { fitsSafeInteger, shiftedIntegers, toWide } from './products.ts';
import { tapRange, type WindowAxis } from './window.ts';

type Axes = readonly [WindowAxis, WindowAxis];

/** Extents of one convolution. */
interface Extents {
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  readonly channelsPerGroup: number;
  readonly filtersPerGroup: number;
  readonly rows: WindowAxis;
  readonly columns: WindowAxis;
}

/** The accumulators of a convolution, [N,O,OH,OW]; `infer` has passed on the types. */
export function convolve(
  x: Tensor,
  w: Tensor,
  bias: Tensor | undefined,
  axes: Axes,
  attributes: Conv2dAttributes,
  count: number,
): TensorData {
  const extents = extentsOf(x, w, axes, attributes.groups);
  const { inputZeroPoint, weightZeroPoint, accumulator } = attributes;
  if (accumulator === 'float32') {
    const sums = new Float32Array(count);
    fillBias(sums, bias?.data as Float32Array | undefined, extents);
    sweep(sums, x.data as Float32Array, w.data as Float32Array, extents, addScaledFloatRow);
    return sums;
  }
  if (accumulator === 'float64') {
    const sums = new Float64Array(count);
    fillBias(sums, bias?.data as Float64Array | undefined, extents);
    sweep(sums, x.data as Float64Array, w.data as Float64Array, extents, addScaledFloat64Row);
    return sums;
  }
  const weights = shiftedIntegers(w, weightZeroPoint);
  if (accumulator === 'int32') {
    const sums = new Int32Array(count);
    fillBias(sums, bias?.data as Int32Array | undefined, extents);
    sweep(sums, shiftedIntegers(x, inputZeroPoint), weights, extents, addScaledInt32Row);
    return sums;
  }
  const terms = extents.channelsPerGroup * extents.rows.kernel * extents.columns.kernel;
  const wide = new BigInt64Array(count);
  fillBias(wide, bias?.data as BigInt64Array | undefined, extents);
  if (fitsSafeInteger(x.type.dtype, inputZeroPoint, w.type.dtype, weightZeroPoint, terms)) {
    const sums = new Float64Array(count);
    sweep(sums, shiftedIntegers(x, inputZeroPoint), weights, extents, addScaledFloat64Row);
    for (let i = 0; i < count; i++) wide[i] = (wide[i] ?? 0n) + BigInt(sums[i] ?? 0);
  } else {
    sweep(wide, toWide(x, inputZeroPoint), toWide(w, weightZeroPoint), extents, addScaledWideRow);
  }
  return wide;
}

function extentsOf(x: Tensor, w: Tensor, [rows, columns]: Axes, groups: number): Extents {
  const [batch = 0, channels = 0] = x.type.shape;
  const [filters = 0, channelsPerGroup = 0] = w.type.shape;
  const common = { batch, channels, filters, channelsPerGroup, filtersPerGroup: filters / groups };
  const isPlain = (axis: WindowAxis): boolean =>
    axis.kernel === 1 && axis.stride === 1 && axis.padBefore === 0 && axis.padAfter === 0;
  if (!isPlain(rows) || !isPlain(columns)) return { ...common, rows, columns };
  // A pointwise convolution sees no rows: one long row makes the inner loop long.
  const pixels = rows.input * columns.input;
  return {
    ...common,
    rows: { ...rows, input: 1, output: 1 },
    columns: { ...columns, input: pixels, output: pixels },
  };
}

function fillBias<T extends Int32Array | Float32Array | Float64Array | BigInt64Array>(
  sums: T,
  bias: T | undefined,
  extents: Extents,
): void {
  if (!bias) return;
  const plane = extents.rows.output * extents.columns.output;
  for (let i = 0; i < extents.batch * extents.filters; i++) {
    const start = i * plane;
    sums.fill((bias[i % extents.filters] ?? 0) as never, start, start + plane);
  }
}

/** sums[at + i] += weight·x[from + i·step] for `count` outputs of one row. */
type RowUpdate<S, X, W> = (
  sums: S,
  at: number,
  x: X,
  from: number,
  step: number,
  count: number,
  weight: W,
) => void;

function addScaledInt32Row(
  sums: Int32Array,
  at: number,
  x: Int32Array,
  from: number,
  step: number,
  count: number,
  weight: number,
): void {
  if (weight === 0) return;
  for (let o = at, i = from; o < at + count; o++, i += step) {
    sums[o] = ((sums[o] as number) + Math.imul(weight, x[i] as number)) | 0;
  }
}

function addScaledFloat64Row(
  sums: Float64Array,
  at: number,
  x: Int32Array | Float64Array,
  from: number,
  step: number,
  count: number,
  weight: number,
): void {
  for (let o = at, i = from; o < at + count; o++, i += step) {
    sums[o] = (sums[o] as number) + weight * (x[i] as number);
  }
}

function addScaledFloatRow(
  sums: Float32Array,
  at: number,
  x: Float32Array,
  from: number,
  step: number,
  count: number,
  weight: number,
): void {
  for (let o = at, i = from; o < at + count; o++, i += step) {
    sums[o] = (sums[o] as number) + Math.fround(weight * (x[i] as number));
  }
}

function addScaledWideRow(
  sums: BigInt64Array,
  at: number,
  x: BigInt64Array,
  from: number,
  step: number,
  count: number,
  weight: bigint,
): void {
  for (let o = at, i = from; o < at + count; o++, i += step) {
    sums[o] = (sums[o] as bigint) + weight * (x[i] as bigint);
  }
}

/**
 * Visits the taps of every filter in the order channel in group, kernel row, kernel column; each adds its weighted
 * row of inputs to a row of sums. Padding is left out by the ranges, not by tests in the inner loop.
 */
function sweep<S, X, W>(
  sums: S,
  x: X,
  weights: ArrayLike<W>,
  extents: Extents,
  update: RowUpdate<S, X, W>,
): void {
  const { batch, channels, filters, channelsPerGroup, filtersPerGroup, rows, columns } = extents;
  const rowRanges = Array.from({ length: rows.kernel }, (_, k) => tapRange(rows, k));
  const columnRanges = Array.from({ length: columns.kernel }, (_, k) => tapRange(columns, k));
  const inputPlane = rows.input * columns.input;
  const outputPlane = rows.output * columns.output;
  for (let n = 0; n < batch; n++) {
    for (let filter = 0; filter < filters; filter++) {
      const firstChannel = n * channels + Math.floor(filter / filtersPerGroup) * channelsPerGroup;
      const outputStart = (n * filters + filter) * outputPlane;
      let weightAt = filter * channelsPerGroup * rows.kernel * columns.kernel;
      for (let channel = 0; channel < channelsPerGroup; channel++) {
        const inputStart = (firstChannel + channel) * inputPlane;
        for (const rowRange of rowRanges) {
          for (const columnRange of columnRanges) {
            const weight = weights[weightAt++] as W;
            const width = columnRange.to - columnRange.from;
            if (width === 0) continue;
            const firstColumn = columnRange.from * columns.stride + columnRange.offset;
            for (let row = rowRange.from; row < rowRange.to; row++) {
              update(
                sums,
                outputStart + row * columns.output + columnRange.from,
                x,
                inputStart + (row * rows.stride + rowRange.offset) * columns.input + firstColumn,
                columns.stride,
                width,
                weight,
              );
            }
          }
        }
      }
    }
  }
}
