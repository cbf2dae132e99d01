import type { ConvolutionShape } from '../convolution.ts';
import {
  commonConditions,
  equalStrides,
  kernelSizes,
  noDilation,
  noGroups,
  symmetricPadding,
  type Condition,
} from '../conditions.ts';
import { clipRefusal } from './clip.ts';
import type { ArrayMode } from './layer.ts';

/** Heights and widths of the array's filters. */
const arrayKernels = [1, 3, 5, 7];

const clips: Condition = ({ requantize }) => clipRefusal(requantize.attributes);

const depthwise: Condition = (convolution) =>
  convolution.depthwise ||
  (convolution.groups === 1
    ? 'sums over channels'
    : `has ${convolution.groups} groups for ${convolution.inputChannels} channels and ${convolution.outputChannels} filters`);

const pointwise: Condition = ({ rows, columns }) => {
  const inPlace = (axis: ConvolutionShape['rows']): boolean =>
    axis.kernel === 1 && axis.stride === 1 && axis.input === axis.output && axis.padBefore === 0;
  return (inPlace(rows) && inPlace(columns)) || 'is no pointwise layer of stride 1';
};

/** One row of an image is what the array sees anyway. */
const severalRows: Condition = ({ rows }) => rows.output > 1 || 'has one row';

const window = [kernelSizes(arrayKernels), equalStrides, noDilation, symmetricPadding];

/** What each pattern asks for. */
export const arrayConditions: Readonly<Record<ArrayMode, readonly Condition[]>> = {
  conv2d: [noGroups, ...window, ...commonConditions, clips],
  depthwise: [depthwise, ...window, ...commonConditions, clips],
  dense: [...commonConditions, clips],
  conv1x1_flat: [noGroups, pointwise, severalRows, ...commonConditions, clips],
};
