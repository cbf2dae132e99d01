import type { Assumption } from 'match-compiler';

/** Sizes and figures of the analog in-memory core, each with where it comes from. */
export const analogArray = {
  /** Rows that inputs drive: what one output sums over. */
  rows: 1152,
  /** Of these, weights of a layer that is given ternary ones: 60 rows of the largest input carry biases up to 3820. */
  weightRows: 1088,
  /** Columns: outputs of one pixel. */
  columns: 512,
  /** Of the array, 2 bits a cell. */
  weightBytes: 147_456,
  /** Bits of an input, and of what a converter gives. */
  inputBits: 7,
  outputBits: 6,
  /** Per output pixel, all channels at once. */
  pixelCycles: 70,
  /** Cells of a row are written in words of so many bytes; columns that a layer does not use are left out. */
  wordBytes: 16,
  largestShift: 31,
} as const;

/**
 * What constant rows are driven by: the digits of a balanced ternary number, then the largest value that both signed
 * and unsigned inputs have, as often as the largest bias needs it. With c rows of 63 every integer up to 40 + 63·c in
 * magnitude has its cells.
 */
export const biasInputs = { digits: [1, 3, 9, 27], most: 63, digitsReach: 40 } as const;

const facts = 'public descriptions of the SoC';
const guess = 'assumption';

export const analogAssumptions: readonly Assumption[] = [
  { name: 'analog array, rows', value: analogArray.rows, unit: 'cells', source: facts },
  { name: 'analog array, columns', value: analogArray.columns, unit: 'cells', source: facts },
  { name: 'analog cells', value: analogArray.weightBytes, unit: 'bytes', source: facts },
  { name: 'analog inputs', value: analogArray.inputBits, unit: 'bits', source: facts },
  { name: 'analog converter', value: analogArray.outputBits, unit: 'bits', source: facts },
  { name: 'analog pixel', value: analogArray.pixelCycles, unit: 'cycles', source: guess },
  {
    name: 'analog converter, largest shift of a layer',
    value: analogArray.largestShift,
    unit: 'bits',
    source: guess,
  },
  {
    name: 'analog cells are written in words',
    value: analogArray.wordBytes,
    unit: 'bytes',
    source: `${guess}: unused columns and rows are left out`,
  },
  {
    name: 'analog bias on rows driven by constants, largest',
    value: biasInputs.most,
    unit: 'input',
    source: guess,
  },
  {
    name: 'analog largest stride of a window, the same for both axes',
    value: 2,
    unit: 'pixels',
    source: `${guess}: as the digital array; dilation 1; padding by itself on every side`,
  },
];
