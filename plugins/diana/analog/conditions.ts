import { RangeAnalysis, type Graph, type Region } from 'match-compiler';
import {
  commonConditions,
  equalStrides,
  noDilation,
  noGroups,
  type Answer,
  type Condition,
} from '../conditions.ts';
import { convolutionShapeOf } from '../convolution.ts';
import { analogArray } from './array.ts';

const half = 2 ** (analogArray.outputBits - 1);
/** What inputs lie in: one of the two. */
const inputRanges = [
  [0, 2 ** analogArray.inputBits - 1],
  [-(2 ** (analogArray.inputBits - 1)), 2 ** (analogArray.inputBits - 1) - 1],
] as const;

const ternary: Condition = ({ w }) => {
  const other = Array.from((w.constant?.data ?? []) as ArrayLike<number>).find(
    (weight) => Math.abs(weight) > 1,
  );
  return other === undefined || `has a weight of ${other}, and the array −1, 0 and 1`;
};

/** Results leave through the converter: all six bits of them, or those that are not negative. */
const converter: Condition = ({ requantize }) => {
  const { min, max } = requantize.attributes;
  return (
    (max === half - 1 && (min === -half || min === 0)) ||
    `clips to ${min} … ${max}, and the converter to ${-half} … ${half - 1} or 0 … ${half - 1}`
  );
};

/** A weight on each row, a filter on each column; rows of biases are counted where they are known. */
const fitsArray: Condition = ({ rows, columns, channelsPerGroup, outputChannels }) => {
  const depth = rows.kernel * columns.kernel * channelsPerGroup;
  if (depth > analogArray.rows) return `has ${depth} weights in a filter, and the array ${analogArray.rows}`;
  return (
    outputChannels <= analogArray.columns ||
    `has ${outputChannels} filters, and the array ${analogArray.columns}`
  );
};

/** What a layer must be like, beside the range of its inputs. */
export const analogConditions: readonly Condition[] = [
  ...commonConditions,
  noGroups,
  equalStrides,
  noDilation,
  fitsArray,
  ternary,
  converter,
];

/** Every input has seven bits. */
export function inputsFit(region: Region, graph: Graph): Answer {
  const { min, max } = new RangeAnalysis(graph).overall(convolutionShapeOf(region).x);
  return (
    inputRanges.some(([least, most]) => min >= least && max <= most) ||
    `reads ${min} … ${max}, and the array ${inputRanges.map((range) => range.join(' … ')).join(' or ')}`
  );
}
