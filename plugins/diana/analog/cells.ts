import { analogArray, biasInputs } from './array.ts';

/** What the array holds for a layer. */
export interface CellMatrix {
  /** −1, 0 or 1, in the order of the constant: filters, channels, rows, columns. */
  readonly weights: ArrayLike<number>;
  /** Weights of a filter: rows of the array that the window drives. */
  readonly depth: number;
  readonly filters: number;
  /** One per filter; empty where all are 0. */
  readonly biases: readonly number[];
}

/** Rows that biases take: none where all are 0, else four digits and as many of the largest input as are needed. */
export function biasRows(biases: readonly number[]): number {
  const largest = biases.reduce((most, bias) => Math.max(most, Math.abs(bias)), 0);
  if (largest === 0) return 0;
  return biasInputs.digits.length + largeDigits(largest);
}

/** Bytes of one row's cells: two bits each, in whole words. */
export function rowBytes(filters: number): number {
  const { wordBytes } = analogArray;
  return wordBytes * Math.ceil(filters / (4 * wordBytes));
}

/**
 * The cells of a layer as they are written to the array: row after row, in a row the filters from the first to the
 * last, four to a byte from the lowest bits on, as two's complement of two bits; bytes reversed in each aligned group
 * of four. Rows are the window's weights in the order channel, row, column of the window, then those of the biases:
 * digits 1, 3, 9, 27, then 63 again and again.
 */
export function packCells({ weights, depth, filters, biases }: CellMatrix): Uint8Array {
  const constants = biasRows(biases);
  const stride = rowBytes(filters);
  const packed = new Uint8Array((depth + constants) * stride);
  const put = (row: number, filter: number, weight: number): void => {
    const address = (row * stride + (filter >> 2)) ^ 3;
    packed[address] = (packed[address] ?? 0) | ((weight & 3) << (2 * (filter & 3)));
  };
  for (let filter = 0; filter < filters; filter++) {
    for (let row = 0; row < depth; row++) put(row, filter, weights[filter * depth + row] ?? 0);
    if (constants === 0) continue;
    biasCells(biases[filter] ?? 0, constants).forEach((cell, i) => put(depth + i, filter, cell));
  }
  return packed;
}

/** The weights and biases that packed cells stand for. */
export function unpackCells(
  packed: Uint8Array,
  { depth, filters }: Pick<CellMatrix, 'depth' | 'filters'>,
): Pick<CellMatrix, 'weights' | 'biases'> {
  const stride = rowBytes(filters);
  const constants = packed.length / stride - depth;
  const cell = (row: number, filter: number): number => {
    const code = (packed[(row * stride + (filter >> 2)) ^ 3] ?? 0) >> (2 * (filter & 3));
    return (code & 1) - (code & 2);
  };
  const weights = new Int8Array(filters * depth);
  const biases: number[] = [];
  for (let filter = 0; filter < filters; filter++) {
    for (let row = 0; row < depth; row++) weights[filter * depth + row] = cell(row, filter);
    let bias = 0;
    for (let i = 0; i < constants; i++) bias += cell(depth + i, filter) * inputOf(i);
    biases.push(bias);
  }
  return { weights, biases: constants === 0 ? [] : biases };
}

/** How many rows of the largest input a bias needs beside the digits. */
function largeDigits(bias: number): number {
  return Math.max(0, Math.ceil((Math.abs(bias) - biasInputs.digitsReach) / biasInputs.most));
}

/** The cells of one bias, lowest digit first. */
function biasCells(bias: number, rows: number): number[] {
  const sign = Math.sign(bias);
  const large = largeDigits(bias);
  let rest = bias - sign * large * biasInputs.most;
  const digits = biasInputs.digits.map(() => {
    // The digit of 3^i that leaves a multiple of 3^(i+1): −1, 0 or 1.
    const digit = ((((rest + 1) % 3) + 3) % 3) - 1;
    rest = (rest - digit) / 3;
    return digit;
  });
  const count = rows - digits.length;
  return [...digits, ...Array.from({ length: count }, (_, i) => (i < large ? sign : 0))];
}

function inputOf(row: number): number {
  return biasInputs.digits[row] ?? biasInputs.most;
}
