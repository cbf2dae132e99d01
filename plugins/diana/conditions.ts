import { constantNumbers, type Region } from 'match-compiler';
import { planarRefusal } from './activations/index.ts';
import {
  convolutionShapeOf,
  perChannel,
  type ConvolutionAxis,
  type ConvolutionShape,
} from './convolution.ts';

/** True, or why an accelerator does not run it, as the end of a sentence about the region's root. */
export type Answer = true | string;

/** What a layer must be like. */
export type Condition = (convolution: ConvolutionShape) => Answer;

/** Sums of the accelerators, and biases. */
const int32Limit = 2 ** 31;
const largestShift = 31;

/** The first condition that fails. */
export function firstRefusal(region: Region, conditions: readonly Condition[]): Answer {
  const convolution = convolutionShapeOf(region);
  for (const condition of conditions) {
    const answer = condition(convolution);
    if (answer !== true) return answer;
  }
  return true;
}

const constants: Condition = ({ x, w, biasValue, requantize }) => {
  if (x.constant) return 'reads a constant';
  if (!w.constant) return 'has weights that are no constants';
  if (biasValue && !biasValue.constant) return 'has a bias that is no constant';
  return (
    requantize.inputs.slice(1).every((value) => value.constant) || 'scales by numbers that are no constants'
  );
};

const zeroPoints: Condition = ({ node, requantize }) => {
  const { inputZeroPoint, weightZeroPoint } = node.attributes;
  if (inputZeroPoint !== 0)
    return `has an input zero point of ${inputZeroPoint}, and the accelerators pad zeros`;
  if (weightZeroPoint !== 0) return `has a weight zero point of ${weightZeroPoint}`;
  const { inputZeroPoint: sums, zeroPoint } = requantize.attributes;
  return (sums === 0 && zeroPoint === 0) || 'has a zero point beside the addend of its shift';
};

/** A right shift for the whole layer, and nothing else. */
const shiftAlone: Condition = ({ requantize, outputChannels }) => {
  const { rule, axis } = requantize.attributes;
  if (rule !== 'shift') return `scales by the rule ${rule}, and the accelerators by shift`;
  const [, multipliers, addends, shifts] = requantize.inputs.map((value) => constantNumbers(value));
  if (axis !== 1 && [multipliers, addends, shifts].some((list) => (list?.length ?? 0) > 1))
    return `scales along axis ${axis}, and the accelerators along the channels`;
  const factor = multipliers?.find((value) => value !== 1);
  if (!multipliers || factor !== undefined)
    return `multiplies sums by ${factor}, and the accelerators shift alone`;
  const [shift = 0] = shifts ?? [];
  if (!shifts || shifts.some((value) => value !== shift))
    return 'shifts channels by different numbers of bits';
  if (shift < 0 || shift > largestShift)
    return `shifts by ${shift}, and the accelerators by 0 to ${largestShift}`;
  return (
    addends?.length === outputChannels || addends?.length === 1 || 'has addends that are not one per channel'
  );
};

/** No input makes a sum, bias included, that leaves 32 bits. */
const sumsFit: Condition = ({ x, w, biasValue, requantize, outputChannels }) => {
  const addend = perChannel(requantize.inputs[2], outputChannels);
  const own = biasValue && perChannel(biasValue, outputChannels);
  const weights = w.constant?.data as ArrayLike<number> | undefined;
  if (!addend || !weights) return 'has weights that are no constants';
  const [least, most] = x.type.dtype === 'int8' ? [-128, 127] : [0, 255];
  const perFilter = weights.length / outputChannels;
  for (let c = 0; c < outputChannels; c++) {
    const bias = (addend[c] ?? 0) + (own?.[c] ?? 0);
    let [low, high] = [bias, bias];
    for (let i = c * perFilter; i < (c + 1) * perFilter; i++) {
      const weight = weights[i] ?? 0;
      low += weight * (weight < 0 ? most : least);
      high += weight * (weight < 0 ? least : most);
    }
    if (low < -int32Limit || high >= int32Limit || bias < -int32Limit || bias >= int32Limit)
      return `has sums from ${low} to ${high}, which leave 32 bits`;
  }
  return true;
};

/** Types, constants, layout and the form of the requantize: what both accelerators ask for. */
export const commonConditions: readonly Condition[] = [
  ({ x }) => planarRefusal(x),
  ({ out }) => planarRefusal(out),
  ({ w }) => w.type.dtype === 'int8' || `has ${w.type.dtype} weights, and the accelerators int8`,
  ({ node }) =>
    node.attributes.accumulator === 'int32' ||
    `sums in ${node.attributes.accumulator}, and the accelerators in int32`,
  constants,
  zeroPoints,
  shiftAlone,
  sumsFit,
];

const inWords = ({ rows, columns }: ConvolutionShape): string => `a ${rows.kernel}×${columns.kernel} kernel`;

/** Kernel heights and widths, each by itself. */
export function kernelSizes(sizes: readonly number[]): Condition {
  return (convolution) =>
    (sizes.includes(convolution.rows.kernel) && sizes.includes(convolution.columns.kernel)) ||
    `has ${inWords(convolution)}, and the array sides of ${sizes.join(', ')}`;
}

/** Stride 1 or 2, the same along both axes. */
export const equalStrides: Condition = ({ rows, columns }) =>
  (rows.stride === columns.stride && rows.stride <= 2) || `has strides ${rows.stride} and ${columns.stride}`;

export const noDilation: Condition = ({ rows, columns }) =>
  (rows.dilation === 1 && columns.dilation === 1) || `has dilations ${rows.dilation} and ${columns.dilation}`;

export const noGroups: Condition = ({ groups }) => groups === 1 || `has ${groups} groups`;

/** The same padding on both sides gives as many outputs as the layer has; no window lies in the padding. */
export const symmetricPadding: Condition = ({ rows, columns, node }) => {
  const symmetric = ({ input, output, kernel, stride, dilation, padBefore }: ConvolutionAxis): boolean =>
    Math.floor((input + 2 * padBefore - dilation * (kernel - 1) - 1) / stride) + 1 === output;
  if (!symmetric(rows) || !symmetric(columns)) {
    const { pads } = node.attributes as { readonly pads?: readonly number[] };
    return `pads ${(pads ?? []).join(', ')}, and the array both sides alike`;
  }
  return (rows.padBefore < rows.kernel && columns.padBefore < columns.kernel) || 'has windows in the padding';
};
