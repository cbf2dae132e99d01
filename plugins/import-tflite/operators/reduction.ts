import {
  ops,
  quantizeMultiplier,
  tensor,
  type OpDefinition,
  type ReductionAttributes,
  type Value,
} from 'match-compiler';
import { operatorQuantization, typesUnsupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import type { TensorScale } from '../operator-operands.ts';
import { isQuantizedType, isTfliteRounding, kernelRounding, sameScale } from '../quantized.ts';
import type { OperatorHandler, OperatorTable } from './handler.ts';

/** Field ids of ReducerOptions. */
const fields = { keepDims: 0 } as const;

interface Reduction {
  readonly x: Value;
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

function reductionOf(operator: OperatorImport): Reduction {
  const x = operator.input(0);
  const rank = x.type.shape.length;
  const given = operator.integers(1, 'axes').map((axis) => operator.axis(axis, rank));
  return {
    x,
    axes: [...new Set(given)].sort((a, b) => a - b),
    keepDims: operator.options('Reducer')?.bool(fields.keepDims) ?? false,
  };
}

function importMean(operator: OperatorImport): Value {
  const reduction = reductionOf(operator);
  const { x, axes, keepDims } = reduction;
  if (x.type.dtype === 'float32') {
    if (!overImage(reduction)) return operator.result(ops.reduceMean, [x], { axes, keepDims });
    const attributes = { ...windowOver(x), countIncludePad: false, rounding: 'float' } as const;
    const mean = operator.add(ops.averagePool2d, [operator.channelsFirst(x)], attributes, 'pool');
    return fromChannelsFirst(operator, mean, keepDims);
  }
  if (!isQuantizedType(x.type.dtype) || operator.outputType() !== x.type.dtype) {
    throw typesUnsupported(operator, `${x.type.dtype} to ${operator.outputType()}`);
  }
  return quantizedMean(operator, reduction);
}

/** Over height and width of N,H,W,C: a pool over the whole image. */
function overImage({ x, axes }: Reduction): boolean {
  return x.type.shape.length === 4 && axes.length === 2 && axes[0] === 1 && axes[1] === 2;
}

function windowOver(x: Value) {
  const [, height = 1, width = 1] = x.type.shape;
  return { kernel: [height, width], strides: [1, 1], pads: [0, 0, 0, 0], ceilMode: false } as const;
}

/** From N,C,1,1 to N,1,1,C or N,C. */
function fromChannelsFirst(operator: OperatorImport, value: Value, keepDims: boolean): Value {
  if (keepDims) return operator.channelsLastResult(value);
  return operator.result(ops.reshape, [value], { shape: value.type.shape.slice(0, 2) });
}

function quantizedMean(operator: OperatorImport, reduction: Reduction): Value {
  const { x, axes, keepDims } = reduction;
  const input = operator.inputScale(0);
  const output = operator.outputScale();
  const count = axes.reduce((product, axis) => product * (x.type.shape[axis] ?? 1), 1);
  const scaling = meanScaling(operator, input, output, count, overImage(reduction) && keepDims);
  if (overImage(reduction)) {
    const attributes = { ...windowOver(x), inputZeroPoint: 0 };
    const sum = operator.add(ops.sumPool2d, [operator.channelsFirst(x)], attributes, 'sum');
    return fromChannelsFirst(operator, scaled(operator, sum, scaling, output), keepDims);
  }
  const wide = operator.add(ops.cast, [x], { dtype: 'int32', saturate: false }, 'int32');
  const sum = operator.add(ops.reduceSum, [wide], { axes, keepDims }, 'sum');
  const mean = scaled(operator, sum, scaling, output);
  return operator.result(ops.identity, [mean], {});
}

/** mean = zeroPoint + R(sum − sumZeroPoint), with R by a multiplier or by the real factor. */
interface MeanScaling {
  readonly sumZeroPoint: number;
  readonly zeroPoint: number;
  readonly factor: { readonly multiplier: number; readonly shift: number } | { readonly outputScale: number };
}

/**
 * TFLite's kernels scale the sum. The general one divides the multiplier of the two scales by the count, rounded down
 * (QuantizedMeanOrSum in tensorflow/lite/kernels/internal/reference/reduce.h). The one for images with kept dimensions
 * takes a multiplier of scale/(count·scale) in float32, and moves the zero points into one bias
 * (internal/optimized/integer_ops/mean.h); TFLite Micro has only the general one.
 */
function meanScaling(
  operator: OperatorImport,
  input: TensorScale,
  output: TensorScale,
  count: number,
  image: boolean,
): MeanScaling {
  const ratio = input.scale / output.scale;
  if (!(ratio < 2 ** 30))
    throw operatorQuantization(
      operator,
      operator.node,
      `has a scale so fine that the mean is multiplied by ${ratio}`,
    );
  const general = { sumZeroPoint: input.zeroPoint * count, zeroPoint: output.zeroPoint };
  if (!isTfliteRounding(operator.rounding))
    return { ...general, factor: { outputScale: output.scale * count } };
  if (image && operator.rounding === 'tflite-builtin' && input.dtype !== 'int16') {
    const offset = Math.fround(Math.fround(input.zeroPoint * input.scale) / output.scale);
    const bias = output.zeroPoint - Math.trunc(Math.fround(offset + (offset > 0 ? 0.5 : -0.5)));
    const factor = quantizeMultiplier(Math.fround(input.scale / Math.fround(count * output.scale)));
    return { sumZeroPoint: 0, zeroPoint: bias, factor };
  }
  const { multiplier, shift } = quantizeMultiplier(ratio);
  const bits = Math.min(Math.floor(Math.log2(count)), 32, 31 + shift);
  const divided = (BigInt(multiplier) << BigInt(bits)) / BigInt(count);
  return { ...general, factor: { multiplier: Number(divided), shift: shift - bits } };
}

function scaled(operator: OperatorImport, sum: Value, scaling: MeanScaling, output: TensorScale): Value {
  const { factor, sumZeroPoint, zeroPoint } = scaling;
  if ('outputScale' in factor) {
    const request = {
      inputScale: operator.inputScale(0).scale,
      weightScales: [1],
      outputScale: factor.outputScale,
      axis: 0,
      zeroPoint,
      dtype: output.dtype,
      operator: 'pool',
      inputZeroPoint: sumZeroPoint,
    } as const;
    return operator.requantize(sum, request, kernelRounding(operator.rounding), 'mean');
  }
  const multiplier = operator.constant(tensor('int32', [1], [factor.multiplier]), 'multiplier');
  const shift = operator.constant(tensor('int8', [1], [factor.shift]), 'shift');
  const [min, max] =
    output.dtype === 'int8' ? [-128, 127] : output.dtype === 'uint8' ? [0, 255] : [-32768, 32767];
  return operator.add(
    ops.requantize,
    [sum, multiplier, shift],
    { rule: 'double', axis: 0, inputZeroPoint: sumZeroPoint, zeroPoint, min, max, dtype: output.dtype },
    'mean',
  );
}

function importSum(operator: OperatorImport): Value {
  const { x, axes, keepDims } = reductionOf(operator);
  if (x.type.dtype !== 'float32' && x.type.dtype !== 'int32') throw typesUnsupported(operator, x.type.dtype);
  return operator.result(ops.reduceSum, [x], { axes, keepDims });
}

/** The largest or smallest element; of quantized ones where the scale stays. */
function extreme(op: OpDefinition<ReductionAttributes>): OperatorHandler {
  return (operator) => {
    const { x, axes, keepDims } = reductionOf(operator);
    const quantized = operator.isQuantized(operator.inputTensor(0));
    if (quantized && !sameScale(operator.inputScale(0), operator.outputScale())) {
      throw operatorQuantization(operator, operator.node, 'has another scale than the input');
    }
    return operator.result(op, [x], { axes, keepDims });
  };
}

function importProd(operator: OperatorImport): Value {
  const { x, axes, keepDims } = reductionOf(operator);
  if (operator.isQuantized(operator.inputTensor(0))) throw typesUnsupported(operator, x.type.dtype);
  return operator.result(ops.reduceProd, [x], { axes, keepDims });
}

export const reductions: OperatorTable = {
  MEAN: importMean,
  SUM: importSum,
  REDUCE_PROD: importProd,
  REDUCE_MAX: extreme(ops.reduceMax),
  REDUCE_MIN: extreme(ops.reduceMin),
  // Of bools, the largest is "any" and the smallest "all".
  REDUCE_ANY: extreme(ops.reduceMax),
  REDUCE_ALL: extreme(ops.reduceMin),
};
