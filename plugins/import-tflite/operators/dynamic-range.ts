import { ops, tensor, type Tensor, type Value } from 'match-compiler';
import type { OperatorImport } from '../operator-import.ts';
import { biasOf, weightsInput } from './weights.ts';

/** Below every useful activation; keeps 127/range finite where all are zero. */
const smallestRange = 2 ** -100;

/**
 * Whether a float layer with 8-bit weights is one whose activations TFLite quantizes symmetrically at run time
 * (dynamic range quantization): one weight scale, and no request for asymmetric activations.
 */
export function isDynamicRange(operator: OperatorImport, weights: Tensor, asymmetric: boolean): boolean {
  if (weights.type.dtype !== 'int8' || asymmetric) return false;
  const { scale, zeroPoint } = operator.channelScales(weightsInput, weights.type.quantization?.axis ?? 0);
  return scale.length === 1 && zeroPoint[0] === 0;
}

/**
 * A layer with dynamic range quantization, as TFLite's hybrid kernels compute it (EvalHybrid in
 * tensorflow/lite/kernels/conv.cc, SymmetricQuantizeFloats in internal/reference/portable_tensor_utils.cc): with
 * range = max |x| of a batch entry, q = round(x·(127/range)) in int8, y = (range/127·weightScale)·Σ q·w + bias.
 * @param layer adds the integer layer on q
 * @param biasShape shape in which the bias broadcasts over the output
 */
export function dynamicRangeLayer(
  operator: OperatorImport,
  x: Value,
  layer: (q: Value) => Value,
  biasShape: (channels: number) => readonly number[],
): Value {
  operator.note(
    'float layers with 8-bit weights quantize their activations at run time, symmetrically, as TFLite does',
  );
  const dtype = 'float32';
  const scalar = (value: number, role: string): Value => operator.constant(tensor(dtype, [], [value]), role);
  const axes = x.type.shape.map((_, axis) => axis).slice(1);
  const magnitude = operator.add(ops.abs, [x], {}, 'magnitude');
  const largest = operator.add(ops.reduceMax, [magnitude], { axes, keepDims: true }, 'largest');
  const range = operator.add(ops.maximum, [largest, scalar(smallestRange, 'smallest')], { dtype }, 'range');
  const steps = scalar(127, 'steps');
  const inverse = operator.add(ops.div, [steps, range], { dtype }, 'inverse');
  const scaled = operator.add(ops.mul, [x, inverse], { dtype }, 'scaled');
  const unit = operator.constant(tensor(dtype, [1], [1]), 'unit');
  const zero = operator.constant(tensor('int32', [1], [0]), 'zero');
  const q = operator.add(ops.quantize, [scaled, unit, zero], { axis: 0, dtype: 'int8' }, 'quantized');
  const sum = operator.add(ops.cast, [layer(q)], { dtype, saturate: false }, 'sum');
  const step = operator.add(ops.div, [range, steps], { dtype }, 'step');
  const [weightScale = 1] = operator.channelScales(weightsInput, 0).scale;
  const factor = operator.add(ops.mul, [step, scalar(weightScale, 'weightScale')], { dtype }, 'factor');
  const y = operator.add(ops.mul, [sum, factor], { dtype }, 'dequantized');
  const bias = biasOf(operator, dtype);
  if (!bias) return y;
  const shape = biasShape(bias.type.shape[0] ?? 1);
  const spread = shape.length === 1 ? bias : operator.add(ops.reshape, [bias], { shape }, 'bias');
  return operator.add(ops.add, [y, spread], { dtype }, 'biased');
}
