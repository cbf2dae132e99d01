import type { TensorData } from '../ir/data-type.ts';
import type { Tensor } from '../ir/tensor.ts';
import { fitsSafeInteger, shiftedIntegers, toWide, type Accumulator } from './products.ts';

/** A batch of matrix products. Element (n, k) of a right matrix is at `b + n·bStrides[0] + k·bStrides[1]`. */
export interface MatrixProduct {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly bias: Tensor | undefined;
  readonly aZeroPoint: number;
  readonly bZeroPoint: number;
  readonly accumulator: Accumulator;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly bStrides: readonly [number, number];
  /** Offsets of the matrices, one pair per product. */
  readonly blocks: readonly { readonly a: number; readonly b: number }[];
}

/** The sums, one matrix of rows × columns per block. */
export function multiplyMatrices(product: MatrixProduct): TensorData {
  const { a, b, bias, aZeroPoint, bZeroPoint, accumulator, rows, columns, depth, blocks } = product;
  const count = blocks.length * rows * columns;
  if (accumulator === 'float32' || accumulator === 'float64') {
    const single = accumulator === 'float32';
    const sums = single ? new Float32Array(count) : new Float64Array(count);
    const [left, right] = [a.data as Float32Array, b.data as Float32Array];
    const start = bias?.data as Float32Array | undefined;
    multiplyEach(product, sums, left, right, start, 0, single ? dotFloat32 : dotFloat64);
    return sums;
  }
  if (accumulator === 'int32') {
    const sums = new Int32Array(count);
    const [left, right] = [shiftedIntegers(a, aZeroPoint), shiftedIntegers(b, bZeroPoint)];
    multiplyEach(product, sums, left, right, bias?.data as Int32Array, 0, dotInt32);
    return sums;
  }
  const wide = new BigInt64Array(count);
  const wideBias = bias?.data as BigInt64Array | undefined;
  if (fitsSafeInteger(a.type.dtype, aZeroPoint, b.type.dtype, bZeroPoint, depth)) {
    const sums = new Float64Array(count);
    const [left, right] = [shiftedIntegers(a, aZeroPoint), shiftedIntegers(b, bZeroPoint)];
    multiplyEach(product, sums, left, right, undefined, 0, dotFloat64);
    for (let i = 0; i < count; i++) wide[i] = BigInt(sums[i] ?? 0) + (wideBias?.[i % columns] ?? 0n);
  } else {
    multiplyEach(product, wide, toWide(a, aZeroPoint), toWide(b, bZeroPoint), wideBias, 0n, dotWide);
  }
  return wide;
}

/** start + Σ a[aAt + k]·b[bAt + k] over `count` terms, k ascending. */
type Dot<A, N> = (a: A, aAt: number, b: A, bAt: number, count: number, start: N) => N;

function multiplyEach<A extends Operand, N>(
  product: MatrixProduct,
  sums: { [index: number]: N },
  a: A,
  b: A,
  bias: ArrayLike<N> | undefined,
  zero: N,
  dot: Dot<A, N>,
): void {
  const { rows, columns, depth, blocks } = product;
  let at = 0;
  let packed: { readonly data: A; readonly from: number } | undefined;
  for (const block of blocks) {
    if (packed?.from !== block.b) packed = { data: packColumns(b, block.b, product), from: block.b };
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const start = bias?.[column] ?? zero;
        sums[at++] = dot(a, block.a + row * depth, packed.data, column * depth, depth, start);
      }
    }
  }
}

type Operand = Int32Array | Float32Array | Float64Array | BigInt64Array;

/** A right matrix with the elements of each column side by side, so that the inner loop runs through memory. */
function packColumns<A extends Operand>(
  b: A,
  offset: number,
  { columns, depth, bStrides }: MatrixProduct,
): A {
  const [columnStride, depthStride] = bStrides;
  if (depthStride === 1 && columnStride === depth) return b.subarray(offset, offset + columns * depth) as A;
  const packed = b.slice(0, columns * depth) as A;
  for (let column = 0, at = 0; column < columns; column++) {
    for (let k = 0; k < depth; k++)
      packed[at++] = b[offset + column * columnStride + k * depthStride] as never;
  }
  return packed;
}

function dotInt32(
  a: Int32Array,
  aAt: number,
  b: Int32Array,
  bAt: number,
  count: number,
  start: number,
): number {
  let sum = start;
  for (let k = 0; k < count; k++) sum = (sum + Math.imul(a[aAt + k] as number, b[bAt + k] as number)) | 0;
  return sum;
}

/** Of floats of 64 bits, and of integers whose sums they hold exactly. */
function dotFloat64(
  a: Int32Array | Float32Array,
  aAt: number,
  b: Int32Array | Float32Array,
  bAt: number,
  count: number,
  start: number,
): number {
  let sum = start;
  for (let k = 0; k < count; k++) sum += (a[aAt + k] as number) * (b[bAt + k] as number);
  return sum;
}

function dotFloat32(
  a: Float32Array,
  aAt: number,
  b: Float32Array,
  bAt: number,
  count: number,
  start: number,
): number {
  let sum = start;
  for (let k = 0; k < count; k++) {
    sum = Math.fround(sum + Math.fround((a[aAt + k] as number) * (b[bAt + k] as number)));
  }
  return sum;
}

function dotWide(
  a: BigInt64Array,
  aAt: number,
  b: BigInt64Array,
  bAt: number,
  count: number,
  start: bigint,
): bigint {
  let sum = start;
  for (let k = 0; k < count; k++) sum += (a[aAt + k] as bigint) * (b[bAt + k] as bigint);
  return sum;
}
