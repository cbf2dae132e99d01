import { ops, type Tensor, type Value } from 'match-compiler';
import { attributeInvalid, notSupported, shapeFault, typesUnsupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import {
  fusedActivation,
  isQuantizedType,
  kernelRounding,
  limited,
  limits,
  quantizedBounds,
  type RealBounds,
} from '../quantized.ts';
import { accumulatorOf } from './convolution.ts';
import { dynamicRangeLayer, isDynamicRange } from './dynamic-range.ts';
import type { OperatorTable } from './handler.ts';
import { layerScales } from './layer-scales.ts';
import { biasOf, floatWeights, weightsInput } from './weights.ts';

/** Field ids of FullyConnectedOptions. */
const fields = { activation: 0, weightsFormat: 1, keepDims: 2, asymmetricInputs: 3 } as const;

/** Weights N,K; all axes of the input but the last become rows, whatever its rank. */
function importFullyConnected(operator: OperatorImport): Value {
  const options = operator.options('FullyConnected');
  if ((options?.int8(fields.weightsFormat) ?? 0) !== 0) throw notSupported(operator, 'shuffled weights');
  if (operator.outputCount !== 1) throw notSupported(operator, `${operator.outputCount} outputs`);
  const activation = fusedActivation(operator, options, fields.activation);
  const input = operator.input(0);
  const { shape } = operator.inputTensor(weightsInput);
  const [columns, depth] = shape;
  if (shape.length !== 2 || columns === undefined || depth === undefined) {
    throw shapeFault(operator, `weights of shape [${shape.join(', ')}]`);
  }
  const x = asRows(operator, input, depth);
  const rows = x.type.shape[0] ?? 1;
  const kept = options?.bool(fields.keepDims) ?? false;
  const outputShape = kept ? [...input.type.shape.slice(0, -1), columns] : [rows, columns];
  if (kept && input.type.shape.at(-1) !== depth) {
    throw attributeInvalid(
      operator,
      'keep_num_dims',
      `keeps a last dimension of ${input.type.shape.at(-1)} instead of ${depth}`,
    );
  }
  if (input.type.dtype !== 'float32') return quantizedLayer(operator, x, activation, outputShape);
  const asymmetric = options?.bool(fields.asymmetricInputs) ?? false;
  const dynamic =
    operator.isConstantInput(weightsInput) &&
    isDynamicRange(operator, operator.constantInput(weightsInput, 'weights'), asymmetric);
  if (!dynamic) return floatLayer(operator, x, activation, outputShape);
  const w = operator.input(weightsInput);
  const attributes = { inputZeroPoint: 0, weightZeroPoint: 0, accumulator: 'int32' } as const;
  const layer = (q: Value): Value => operator.add(ops.dense, [q, w], attributes, 'dense');
  const y = dynamicRangeLayer(operator, x, layer, (columns) => [columns]);
  return operator.result(ops.reshape, [limited(operator, y, activation)], { shape: outputShape });
}

function asRows(operator: OperatorImport, input: Value, depth: number): Value {
  if (input.type.shape.length === 2 && input.type.shape[1] === depth) return input;
  const count = input.type.shape.reduce((product, extent) => product * extent, 1);
  if (depth < 1 || count % depth !== 0) {
    throw shapeFault(
      operator,
      `an input of shape [${input.type.shape.join(', ')}] for weights that take ${depth} features`,
    );
  }
  return operator.add(ops.reshape, [input], { shape: [count / depth, depth] }, 'rows');
}

function floatLayer(
  operator: OperatorImport,
  x: Value,
  activation: RealBounds,
  shape: readonly number[],
): Value {
  const w = operator.isConstantInput(weightsInput) ? floatConstant(operator) : operator.input(weightsInput);
  const bias = biasOf(operator, 'float32');
  const inputs = [x, w, ...(bias ? [bias] : [])];
  const attributes = { inputZeroPoint: 0, weightZeroPoint: 0, accumulator: 'float32' } as const;
  const limitsLater = limits('float32', activation);
  const reshaped = shape.length !== 2;
  if (!limitsLater && !reshaped) return operator.result(ops.dense, inputs, attributes);
  const y = operator.add(ops.dense, inputs, attributes, 'dense');
  if (!reshaped) return operator.result(ops.clip, [y], activation);
  const clipped = limitsLater ? operator.add(ops.clip, [y], activation, 'clip') : y;
  return operator.result(ops.reshape, [clipped], { shape });
}

function floatConstant(operator: OperatorImport): Value {
  const weights: Tensor = operator.constantInput(weightsInput, 'weights');
  if (weights.type.dtype === 'float32') return operator.input(weightsInput);
  return operator.constantFrom(weightsInput, 'float32', () => floatWeights(operator, weights, 0));
}

function quantizedLayer(
  operator: OperatorImport,
  x: Value,
  activation: RealBounds,
  shape: readonly number[],
): Value {
  const w = operator.input(weightsInput);
  const scales = layerScales(operator, x.type.dtype, w.type.dtype, 0, true);
  const output = operator.outputScale();
  if (!scales || !isQuantizedType(output.dtype)) {
    throw typesUnsupported(
      operator,
      `${x.type.dtype} with weights of ${w.type.dtype} and ${output.dtype} outputs`,
    );
  }
  const accumulator = accumulatorOf(operator, x.type.dtype);
  const bias = biasOf(operator, accumulator);
  const { inputZeroPoint, weightZeroPoint } = scales;
  const attributes = { inputZeroPoint, weightZeroPoint, accumulator };
  const acc = operator.add(ops.dense, [x, w, ...(bias ? [bias] : [])], attributes, 'dense');
  const request = {
    inputScale: scales.inputScale,
    weightScales: scales.weightScales,
    outputScale: output.scale,
    axis: 1,
    zeroPoint: output.zeroPoint,
    dtype: output.dtype,
    ...quantizedBounds(activation, output),
    operator: 'dense',
  } as const;
  const narrow16 = output.dtype === 'int16' && accumulator === 'int32';
  const rounding = narrow16 ? kernelRounding(operator.rounding) : operator.rounding;
  if (shape.length === 2) return operator.requantize(acc, request, rounding);
  const rows = operator.requantize(acc, request, rounding, 'requantized');
  return operator.result(ops.reshape, [rows], { shape });
}

export const denseLayers: OperatorTable = { FULLY_CONNECTED: importFullyConnected };
