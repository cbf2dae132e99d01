import { createData, type TensorData } from '../ir/data-type.ts';
import { elementCount, type Tensor } from '../ir/tensor.ts';
import type { ConvTransposeAttributes } from './conv-transpose.ts';
import { shiftedIntegers, toWide } from './products.ts';

/** The inputs along one axis that a tap sends inside the output: `from ≤ i < to` goes to i·stride + offset. */
interface Reach {
  readonly from: number;
  readonly to: number;
  readonly stride: number;
  readonly offset: number;
}

/** What one tap adds: an element of the weights and the inputs it meets, depth, height and width. */
interface Tap {
  readonly index: number;
  readonly reach: readonly [Reach, Reach, Reach];
}

type Add = (at: number, x: number, w: number) => void;

/** The accumulators [N,O,…]; `infer` has passed on the types. */
export function convolveTransposed(
  x: Tensor,
  w: Tensor,
  bias: Tensor | undefined,
  attributes: ConvTransposeAttributes,
): TensorData {
  const { groups, extents, accumulator } = attributes;
  const [batch = 0, channels = 0, ...spatial] = x.type.shape;
  const [, filtersPerGroup = 0] = w.type.shape;
  const filters = filtersPerGroup * groups;
  const channelsPerGroup = channels / groups;
  const plane = elementCount(extents);
  const taps = tapsOf(spatial, w.type.shape.slice(2), attributes);
  const sums = createData(accumulator, batch * filters * plane);
  if (bias) {
    for (let i = 0; i < batch * filters; i++) {
      sums.fill(bias.data[i % filters] as never, i * plane, (i + 1) * plane);
    }
  }
  const add = adder(sums, x, w, attributes);
  const [, inputHeight, inputWidth] = volume(spatial);
  const [, height, width] = volume(extents);
  const inputPlane = elementCount(spatial);
  const tapCount = elementCount(w.type.shape.slice(2));
  for (let n = 0; n < batch; n++) {
    for (let filter = 0; filter < filters; filter++) {
      const group = Math.floor(filter / filtersPerGroup);
      const out = (n * filters + filter) * plane;
      for (const { index, reach } of taps) {
        const [depths, rows, columns] = reach;
        for (let c = 0; c < channelsPerGroup; c++) {
          const channel = group * channelsPerGroup + c;
          const weight = (channel * filtersPerGroup + (filter % filtersPerGroup)) * tapCount + index;
          const from = (n * channels + channel) * inputPlane;
          for (let z = depths.from; z < depths.to; z++) {
            for (let y = rows.from; y < rows.to; y++) {
              const outRow =
                out + ((z * depths.stride + depths.offset) * height + y * rows.stride + rows.offset) * width;
              const inRow = from + (z * inputHeight + y) * inputWidth;
              for (let i = columns.from; i < columns.to; i++) {
                add(outRow + i * columns.stride + columns.offset, inRow + i, weight);
              }
            }
          }
        }
      }
    }
  }
  return sums;
}

/** sums[at] += (x − zx)·(w − zw) in the accumulator's arithmetic, of elements by index. */
function adder(sums: TensorData, x: Tensor, w: Tensor, attributes: ConvTransposeAttributes): Add {
  const { inputZeroPoint, weightZeroPoint, accumulator } = attributes;
  if (accumulator === 'int64') {
    const [a, b] = [toWide(x, inputZeroPoint), toWide(w, weightZeroPoint)];
    const wide = sums as BigInt64Array;
    return (at, i, j) => {
      wide[at] = (wide[at] as bigint) + (a[i] as bigint) * (b[j] as bigint);
    };
  }
  const narrow = sums as Float32Array | Int32Array;
  if (accumulator === 'int32') {
    const [a, b] = [shiftedIntegers(x, inputZeroPoint), shiftedIntegers(w, weightZeroPoint)];
    return (at, i, j) => {
      narrow[at] = ((narrow[at] as number) + Math.imul(a[i] as number, b[j] as number)) | 0;
    };
  }
  const [a, b] = [x.data as Float32Array, w.data as Float32Array];
  const round = accumulator === 'float32' ? Math.fround : (value: number): number => value;
  return (at, i, j) => {
    narrow[at] = (narrow[at] as number) + round((a[i] as number) * (b[j] as number));
  };
}

/** Three extents: a plane has a depth of 1. */
function volume(extents: readonly number[]): readonly [number, number, number] {
  const [a = 1, b = 1, c = 1] = extents.length === 2 ? [1, ...extents] : extents;
  return [a, b, c];
}

/** The taps in row-major order, those left out that no input sends inside the output. */
function tapsOf(
  spatial: readonly number[],
  kernel: readonly number[],
  { extents, strides, dilations, pads }: ConvTransposeAttributes,
): Tap[] {
  const along = (axis: number): Reach[] =>
    Array.from({ length: kernel[axis] ?? 1 }, (_, k) => {
      const stride = strides[axis] ?? 1;
      const offset = k * (dilations[axis] ?? 1) - (pads[axis] ?? 0);
      const from = Math.max(0, Math.ceil(-offset / stride));
      const to = Math.min(spatial[axis] ?? 1, Math.ceil(((extents[axis] ?? 1) - offset) / stride));
      return { from, to, stride, offset };
    });
  const whole: Reach = { from: 0, to: 1, stride: 1, offset: 0 };
  const axes = spatial.map((_, axis) => along(axis));
  const [depths = [], rows = [], columns = []] = axes.length === 2 ? [[whole], ...axes] : axes;
  const taps = depths.flatMap((z) => rows.flatMap((y) => columns.map((x) => [z, y, x] as const)));
  return taps
    .map((reach, index) => ({ index, reach }))
    .filter(({ reach }) => reach.every(({ from, to }) => from < to));
}
