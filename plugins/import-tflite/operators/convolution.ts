import { ops, type DataType, type Value } from 'match-compiler';
import { attributeInvalid, notSupported, shapeFault, typesUnsupported } from '../diagnostics.ts';
import type { Table } from '../file/flatbuffer.ts';
import type { OperatorImport } from '../operator-import.ts';
import { fusedActivation, isQuantizedType, kernelRounding, limited, quantizedBounds } from '../quantized.ts';
import { dynamicRangeLayer, isDynamicRange } from './dynamic-range.ts';
import type { OperatorTable } from './handler.ts';
import { layerScales, type LayerScales } from './layer-scales.ts';
import { biasOf, floatWeights, permuted, weightsInput } from './weights.ts';
import { windowOf } from './window.ts';

/** Field ids of Conv2DOptions and DepthwiseConv2DOptions, beyond padding and strides. */
const conv2dFields = { activation: 3, dilationW: 4, dilationH: 5 } as const;
const depthwiseFields = { multiplier: 3, activation: 4, dilationW: 5, dilationH: 6 } as const;

/** How one of the two kinds of convolution lies in the file. */
interface Kind {
  readonly operator: 'conv' | 'depthwise';
  readonly fields: { readonly activation: number; readonly dilationW: number; readonly dilationH: number };
  /** Axis of the output channels among those of the weights. */
  readonly channelAxis: number;
  /** From the file's order of the weights to O,I,KH,KW. */
  readonly perm: readonly number[];
  readonly groups: (channels: number, weightShape: readonly number[]) => number;
}

const conv2d: Kind = {
  operator: 'conv',
  fields: conv2dFields,
  channelAxis: 0,
  perm: [0, 3, 1, 2],
  groups: (channels, shape) => channels / (shape[3] ?? 1),
};

/** Weights 1,KH,KW,C·multiplier: output channel c·multiplier + m reads input channel c. */
const depthwise: Kind = {
  operator: 'depthwise',
  fields: depthwiseFields,
  channelAxis: 3,
  perm: [3, 0, 1, 2],
  groups: (channels) => channels,
};

function importConv2d(operator: OperatorImport): Value {
  return convolution(operator, conv2d, operator.options('Conv2D'));
}

function importDepthwise(operator: OperatorImport): Value {
  const options = operator.options('DepthwiseConv2D');
  const multiplier = options?.int32(depthwiseFields.multiplier) ?? 0;
  const [, , , channels = 0] = operator.input(0).type.shape;
  const [one, , , filters = 0] = operator.inputTensor(weightsInput).shape;
  // Some writers leave the multiplier out; the shapes tell it as well.
  if (one !== 1 || (multiplier !== 0 && multiplier * channels !== filters)) {
    throw attributeInvalid(
      operator,
      'its depth multiplier',
      `is ${multiplier} for ${channels} channels and ${filters} filters`,
    );
  }
  return convolution(operator, depthwise, options);
}

function convolution(operator: OperatorImport, kind: Kind, options: Table | undefined): Value {
  const input = operator.input(0);
  const x = operator.channelsFirst(input);
  const weights = operator.constantInput(weightsInput, 'weights');
  const [, , , channels = 0] = input.type.shape;
  if (weights.type.shape.length !== 4)
    throw shapeFault(operator, `weights of ${weights.type.shape.length} dimensions`);
  const groups = kind.groups(channels, weights.type.shape);
  if (!Number.isInteger(groups) || groups < 1) {
    throw shapeFault(
      operator,
      `weights of shape [${weights.type.shape.join(', ')}] for ${channels} channels`,
    );
  }
  const [, kh = 0, kw = 0] = weights.type.shape;
  const dilations: [number, number] = [
    options?.int32(kind.fields.dilationH, 1) ?? 1,
    options?.int32(kind.fields.dilationW, 1) ?? 1,
  ];
  const { strides, pads } = windowOf(operator, options, input.type.shape, [kh, kw], dilations);
  const window = { strides, dilations, pads, groups };
  const activation = fusedActivation(operator, options, kind.fields.activation);

  if (
    input.type.dtype === 'float32' &&
    isDynamicRange(operator, weights, false) &&
    kind.operator === 'conv'
  ) {
    const w = operator.constantFrom(weightsInput, 'oihw', () => permuted(weights, kind.perm));
    const attributes = { ...window, inputZeroPoint: 0, weightZeroPoint: 0, accumulator: 'int32' } as const;
    const y = dynamicRangeLayer(
      operator,
      x,
      (q) => operator.add(ops.conv2d, [q, w], attributes, 'conv'),
      (filters) => [filters, 1, 1],
    );
    return operator.channelsLastResult(limited(operator, y, activation));
  }
  if (input.type.dtype === 'float32') {
    const w = operator.constantFrom(weightsInput, 'oihw.float32', () =>
      permuted(floatWeights(operator, weights, kind.channelAxis), kind.perm),
    );
    const bias = biasOf(operator, 'float32');
    const attributes = { ...window, inputZeroPoint: 0, weightZeroPoint: 0, accumulator: 'float32' } as const;
    const y = operator.add(ops.conv2d, [x, w, ...(bias ? [bias] : [])], attributes, 'conv');
    return operator.channelsLastResult(limited(operator, y, activation));
  }
  const scales = layerScales(operator, input.type.dtype, weights.type.dtype, kind.channelAxis);
  if (!scales) throw typesUnsupported(operator, `${input.type.dtype} with weights of ${weights.type.dtype}`);
  const w = operator.constantFrom(weightsInput, 'oihw', () => permuted(weights, kind.perm));
  const accumulator = accumulatorOf(operator, input.type.dtype);
  const bias = biasOf(operator, accumulator);
  const { inputZeroPoint, weightZeroPoint } = scales;
  const attributes = { ...window, inputZeroPoint, weightZeroPoint, accumulator };
  const acc = operator.add(ops.conv2d, [x, w, ...(bias ? [bias] : [])], attributes, 'conv');
  return operator.channelsLastResult(requantized(operator, acc, kind, scales, activation, groups));
}

function requantized(
  operator: OperatorImport,
  acc: Value,
  kind: Kind,
  scales: LayerScales,
  activation: Parameters<typeof quantizedBounds>[0],
  groups: number,
): Value {
  const { inputScale, weightScales } = scales;
  const output = operator.outputScale();
  if (!isQuantizedType(output.dtype)) throw typesUnsupported(operator, `${output.dtype} outputs`);
  const request = {
    inputScale,
    weightScales,
    outputScale: output.scale,
    axis: 1,
    zeroPoint: output.zeroPoint,
    dtype: output.dtype,
    ...quantizedBounds(activation, output),
    operator: kind.operator,
  };
  // Groups, and 16-bit activations with 32-bit sums, run in kernels that round like all others.
  const plain =
    (kind.operator === 'conv' && groups > 1) || (output.dtype === 'int16' && acc.type.dtype === 'int32');
  const rounding = plain ? kernelRounding(operator.rounding) : operator.rounding;
  return operator.requantize(acc, request, rounding, 'requantized');
}

/** int16 activations are summed in 64 bits, unless their bias has only 32. */
export function accumulatorOf(operator: OperatorImport, dtype: DataType): 'int32' | 'int64' {
  if (dtype !== 'int16') return 'int32';
  const bias = operator.optionalInput(2);
  if (bias && bias.type.dtype !== 'int32' && bias.type.dtype !== 'int64') {
    throw notSupported(operator, `a bias of ${bias.type.dtype} with int16 activations`);
  }
  return bias?.type.dtype === 'int32' ? 'int32' : 'int64';
}

export const convolutions: OperatorTable = { CONV_2D: importConv2d, DEPTHWISE_CONV_2D: importDepthwise };
