import { constantNumbers, RangeAnalysis, type Graph, type Region } from 'match-compiler';
import { convolutionOf, isDepthwise, type Convolution, type ConvolutionAxis } from '../convolution.ts';
import { reach, step, type Layer } from './layer.ts';

/** True, or why the engine does not run it, as the end of a sentence about the region's root. */
export type Answer = true | string;

/** What a layer must be like. */
export type Condition = (convolution: Convolution) => Answer;

/** The first condition that fails. */
export function firstRefusal(region: Region, conditions: readonly Condition[]): Answer {
  const convolution = convolutionOf(region);
  for (const condition of conditions) {
    const answer = condition(convolution);
    if (answer !== true) return answer;
  }
  return true;
}

/** Types, constants and the form of the requantize: what every mode asks for. */
export const commonConditions: readonly Condition[] = [
  ({ batch }) => batch === 1 || `has a batch of ${batch}`,
  ({ x }) => x.type.dtype === 'uint8' || `reads ${x.type.dtype}, and the engine uint8`,
  ({ x }) => !x.constant || 'reads a constant',
  ({ w }) => ['int8', 'uint8'].includes(w.type.dtype) || `has ${w.type.dtype} weights, and the engine 8 bits`,
  ({ w }) => w.constant !== undefined || 'has weights that are no constants',
  ({ bias }) => !bias || bias.constant !== undefined || 'has a bias that is no constant',
  ({ node }) =>
    node.attributes.accumulator === 'int32' ||
    `sums in ${node.attributes.accumulator}, and the engine in int32`,
  requantizeForm,
];

function requantizeForm({ requantize }: Convolution): Answer {
  if (!requantize) return true;
  const { rule, axis, dtype, min, max, inputZeroPoint, zeroPoint } = requantize.attributes;
  if (rule !== 'shift') return `scales by the rule ${rule}, and the engine by shift`;
  if (inputZeroPoint !== 0 || zeroPoint !== 0) return 'has a zero point beside the addend of its scale';
  const constants = requantize.inputs.slice(1);
  if (constants.some((value) => !value.constant)) return 'scales by numbers that are no constants';
  if (axis !== 1 && constants.some((value) => (value.constant?.data.length ?? 0) > 1))
    return `scales along axis ${axis}, and the engine along the channels`;
  const clips = { uint8: [0, 255], int8: [-128, 127] } as Readonly<Record<string, readonly number[]>>;
  const clip = clips[dtype];
  if (!clip) return `writes ${dtype}, and the engine 8 or 32 bits`;
  if (min !== clip[0] || max !== clip[1])
    return `clips to ${min} … ${max}, and the engine ${dtype} to ${clip.join(' … ')}`;
  return true;
}

const dense: Condition = ({ groups }) => groups === 1 || `has ${groups} groups`;

const depthwise: Condition = (convolution) =>
  isDepthwise(convolution) ||
  (convolution.groups === 1
    ? 'sums over channels'
    : `has ${convolution.groups} groups for ${convolution.inputChannels} channels and ${convolution.outputChannels} filters`);

const describe = ({ rows, columns }: Convolution): string => `${rows.kernel}×${columns.kernel} kernel`;

/** A window within 3×3 that is not 1×1, dilation included. */
const window3x3: Condition = (convolution) => {
  const { rows, columns } = convolution;
  if (reach(rows) > 3 || reach(columns) > 3) {
    const dilated =
      rows.kernel <= 3 && columns.kernel <= 3
        ? ` with dilations ${rows.dilation} and ${columns.dilation}`
        : '';
    return `has a ${describe(convolution)}${dilated}`;
  }
  return reach(rows) > 1 || reach(columns) > 1 || 'has a 1×1 kernel';
};

const window1x1: Condition = (convolution) => {
  const { rows, columns } = convolution;
  if (reach(rows) > 1 || reach(columns) > 1) return `has a ${describe(convolution)}`;
  const pads = [rows.padBefore, columns.padBefore, rows.padAfter, columns.padAfter];
  return pads.every((pad) => pad === 0) || 'pads a 1×1 kernel';
};

/** Every window has a tap inside the tensor, so that padding is 0 … 2 and at the border alone. */
const somethingInside: Condition = ({ rows, columns }) =>
  [rows, columns].every((axis) => axis.padBefore < reach(axis) && axis.padAfter < reach(axis)) ||
  'has windows that lie in the padding';

/** Bottom and right padding belongs to the engine's last three outputs: two positions need two of them. */
const paddingOfLastSubtile: Condition = ({ rows, columns }) =>
  [rows, columns].every((axis) => axis.padAfter < 2 || axis.output % 3 !== 1) ||
  'pads 2 positions behind a number of outputs that leaves one over from threes';

const strideOne: Condition = ({ rows, columns }) =>
  (step(rows) === 1 && step(columns) === 1) || `has strides ${rows.stride} and ${columns.stride}`;

const strideTwo: Condition = ({ rows, columns, outputChannels, requantize }) => {
  const two = (axis: ConvolutionAxis): boolean => axis.stride === 2 || axis.output === 1;
  if (!two(rows) || !two(columns) || (step(rows) === 1 && step(columns) === 1))
    return `has strides ${rows.stride} and ${columns.stride}`;
  // The engine is told half the distance from pixel to pixel.
  return (
    !requantize || outputChannels % 2 === 0 || `has stride 2 and an odd number of filters, ${outputChannels}`
  );
};

const onePixel: Condition = ({ rows, columns }) =>
  (rows.output === 1 && columns.output === 1) || `has ${rows.output}×${columns.output} outputs a filter`;

const wholeGroups: Condition = ({ channelsPerGroup }) =>
  channelsPerGroup % 16 === 0 || `has ${channelsPerGroup} inputs, no multiple of 16`;

/** What each pattern asks for beyond the common conditions. */
export const shapeConditions = {
  conv3x3: [dense, window3x3, somethingInside, strideOne, paddingOfLastSubtile],
  conv3x3Stride2: [dense, window3x3, somethingInside, strideTwo],
  depthwise3x3: [depthwise, window3x3, somethingInside, strideOne, paddingOfLastSubtile],
  depthwise3x3Stride2: [depthwise, window3x3, somethingInside, strideTwo],
  conv1x1: [dense, window1x1],
  linear: [dense, window1x1, onePixel, wholeGroups],
} as const satisfies Readonly<Record<string, readonly Condition[]>>;

/**
 * sum · scale + bias stays in 32 bits for every input. That is the requantize's product of its own accumulator:
 * the bias behind the scale only moves the zero points there.
 */
export function productsFit({ convolution, normalization }: Layer, graph: Graph): Answer {
  const { requantize } = convolution;
  if (!requantize || !normalization) return true;
  const promised = requantize.attributes.productBits ?? Infinity;
  if (promised <= 31) return true;
  const [acc, ...constants] = requantize.inputs;
  if (!acc) return true;
  const { min, max } = new RangeAnalysis(graph).of(acc);
  const [multiplier, addend] = constants.map((value) => constantNumbers(value) ?? []);
  const pick = (list: readonly number[] | undefined, c: number): number =>
    (list?.length === 1 ? list[0] : list?.[c]) ?? 0;
  for (let c = 0; c < convolution.outputChannels; c++) {
    for (const bound of [pick(min, c), pick(max, c)]) {
      const product = bound * pick(multiplier, c) + pick(addend, c);
      if (Math.abs(product) >= 2 ** 31)
        return `scales sums up to ${bound} by ${pick(multiplier, c)}, which leaves 31 bits`;
    }
  }
  return true;
}
