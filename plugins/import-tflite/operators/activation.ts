import { ops, tensor, type Attributes, type OpDefinition, type Value } from 'match-compiler';
import { operatorQuantization, typesUnsupported } from '../diagnostics.ts';
import type { OperatorImport } from '../operator-import.ts';
import type { TensorScale } from '../operator-operands.ts';
import {
  isTfliteRounding,
  kernelRounding,
  quantizedBounds,
  sameScale,
  type RealBounds,
} from '../quantized.ts';
import { fixedPointLogisticTable, fixedPointTanhTable } from '../tables/fixed-point.ts';
import { floatTable, roundEvenTable, type RealFunction } from '../tables/float.ts';
import { logisticTable } from '../tables/int16.ts';
import { hardSwishTable } from '../tables/hard-swish.ts';
import { leakyReluTable } from '../tables/leaky-relu.ts';
import type { OperatorHandler, OperatorTable } from './handler.ts';

/** Field ids of LeakyReluOptions and GeluOptions. */
const leakyFields = { alpha: 0 } as const;
const geluFields = { approximate: 0 } as const;

/** A limit as an operator of its own: it may rescale as well. */
function limit(bounds: RealBounds): OperatorHandler {
  return (operator) => {
    const x = operator.input(0);
    if (x.type.dtype === 'float32') return operator.result(ops.clip, [x], bounds);
    const { input, output } = quantizedUnary(operator, ['int8', 'uint8', 'int16']);
    const limits = quantizedBounds(bounds, output);
    if (sameScale(input, output)) return operator.result(ops.clip, [x], limits);
    // TFLite divides the scales in float32 here.
    const inFloat32 = isTfliteRounding(operator.rounding);
    const request = {
      inputScale: inFloat32 ? Math.fround(input.scale / output.scale) : input.scale,
      weightScales: [1],
      outputScale: inFloat32 ? 1 : output.scale,
      axis: 0,
      zeroPoint: output.zeroPoint,
      dtype: output.dtype,
      ...limits,
      operator: 'other',
      inputZeroPoint: input.zeroPoint,
    } as const;
    return operator.requantize(x, request, kernelRounding(operator.rounding));
  };
}

const sigmoid: RealFunction = (x) => 1 / (1 + Math.exp(-x));
/** The steps of TFLite's float kernel, each rounded. */
const sigmoidInFloat32: RealFunction = (x) => 1 / Math.fround(1 + Math.fround(Math.exp(-x)));
const elu: RealFunction = (x) => (x < 0 ? Math.expm1(x) : x);

/** int16 in TFLite: scales without zero points, the output in steps of 2^−15. */
function sigmoid16(operator: OperatorImport, form: 'logistic' | 'tanh'): Value {
  const { input, output } = quantizedUnary(operator, ['int16']);
  if (operator.rounding === 'real-even') throw typesUnsupported(operator, 'int16 under real-even');
  if (input.zeroPoint !== 0 || output.zeroPoint !== 0 || Math.abs(output.scale * 32768 - 1) > 0.001) {
    throw operatorQuantization(
      operator,
      operator.node,
      'has no zero points of 0 and output scale of 1/32768',
    );
  }
  const table = operator.constant(tensor('uint16', [256], logisticTable()), 'table');
  return operator.result(ops.quantizedSigmoid, [operator.input(0), table], {
    form,
    ...sigmoidScaling(operator, form, input.scale),
  });
}

/** To steps of 1/(3·4096): exactly for powers of two (tensorflow/lite/kernels/activations.cc), else cut to 15 bits. */
function sigmoidScaling(
  operator: OperatorImport,
  form: 'logistic' | 'tanh',
  scale: number,
): { readonly multiplier: number; readonly shift: number } {
  const exponent = Math.round(Math.log2(scale));
  const isPower = Math.abs(Math.log2(scale) - exponent) < 0.001;
  const left = 12 + exponent;
  if (isPower && (left === 0 || (left === 1 && form === 'tanh')))
    return { multiplier: 3 * 2 ** left, shift: 0 };
  let multiplier = scale * 4096 * 3;
  let shift = 0;
  for (; multiplier <= 32767 / 2 && shift <= 30; shift++) multiplier *= 2;
  const whole = Math.trunc(multiplier);
  if (whole < 1 || whole > 32767) {
    throw operatorQuantization(operator, operator.node, `has an input scale of ${scale}, which does not fit`);
  }
  return { multiplier: whole, shift };
}

function importLogistic(operator: OperatorImport): Value {
  if (operator.input(0).type.dtype === 'int16') return sigmoid16(operator, 'logistic');
  return unary(operator, ops.sigmoid, {}, (input, output) => {
    if (operator.rounding === 'real-even') return roundEvenTable(sigmoid, input, output);
    if (operator.rounding !== 'tflm-double') return floatTable(sigmoidInFloat32, input, output);
    expectOutput(operator, output, 1 / 256, -128);
    return fixedPointLogisticTable(input);
  });
}

function importTanh(operator: OperatorImport): Value {
  if (operator.input(0).type.dtype === 'int16') return sigmoid16(operator, 'tanh');
  return unary(operator, ops.tanh, {}, (input, output) => {
    if (operator.rounding === 'real-even') return roundEvenTable(Math.tanh, input, output);
    if (operator.rounding !== 'tflm-double') return floatTable(Math.tanh, input, output);
    expectOutput(operator, output, 1 / 128, 0);
    return fixedPointTanhTable(input);
  });
}

function importHardSwish(operator: OperatorImport): Value {
  const real: RealFunction = (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6;
  return unary(operator, ops.hardSwish, {}, (input, output) => {
    if (operator.rounding === 'real-even') return roundEvenTable(real, input, output);
    const table = hardSwishTable(input, output);
    if (!table)
      throw operatorQuantization(operator, operator.node, `has a scale too fine for one of ${input.scale}`);
    return table;
  });
}

function importLeakyRelu(operator: OperatorImport): Value {
  const alpha = operator.options('LeakyRelu')?.float32(leakyFields.alpha) ?? 0;
  return unary(operator, ops.leakyRelu, { alpha }, (input, output) =>
    operator.rounding === 'real-even'
      ? roundEvenTable((x) => (x < 0 ? x * alpha : x), input, output)
      : leakyReluTable(alpha, input, output, kernelRounding(operator.rounding)),
  );
}

function importElu(operator: OperatorImport): Value {
  return unary(operator, ops.elu, { alpha: 1 }, (input, output) =>
    operator.rounding === 'real-even' ? roundEvenTable(elu, input, output) : floatTable(elu, input, output),
  );
}

function importGelu(operator: OperatorImport): Value {
  const approximate = operator.options('Gelu')?.bool(geluFields.approximate) ?? false;
  return unary(operator, ops.gelu, approximate ? { approximate: 'tanh' } : {});
}

function importPrelu(operator: OperatorImport): Value {
  const [x, slope] = [operator.input(0), operator.input(1)];
  if (x.type.dtype !== 'float32') throw typesUnsupported(operator, x.type.dtype);
  return operator.result(ops.prelu, [x, slope], {});
}

type TableMaker = (input: TensorScale, output: TensorScale) => Int8Array | Uint8Array;

/** A function of one element: the float operator, or a table where the tensor is quantized in 8 bits. */
function unary<A extends Attributes>(
  operator: OperatorImport,
  op: OpDefinition<A>,
  attributes: A,
  table?: TableMaker,
): Value {
  const x = operator.input(0);
  if (x.type.dtype === 'float32') return operator.result(op, [x], attributes);
  if (!table) throw typesUnsupported(operator, x.type.dtype);
  const { input, output } = quantizedUnary(operator, ['int8', 'uint8']);
  const constant = operator.constant(
    tensor(
      output.dtype,
      [256],
      entriesOf(operator, () => table(input, output)),
    ),
    'table',
  );
  return operator.result(ops.lookup, [x, constant], {});
}

/** @throws {MatchError} QUANTIZATION_INVALID where the scales are so far apart that no multiplier exists */
function entriesOf(operator: OperatorImport, make: () => Int8Array | Uint8Array): Int8Array | Uint8Array {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError)
      throw operatorQuantization(operator, operator.node, `cannot be scaled: ${error.message}`);
    throw error;
  }
}

function quantizedUnary(
  operator: OperatorImport,
  types: readonly string[],
): { input: TensorScale; output: TensorScale } {
  const { dtype } = operator.input(0).type;
  if (!types.includes(dtype) || operator.outputType() !== dtype) {
    throw typesUnsupported(operator, `${dtype} to ${operator.outputType()}`);
  }
  return { input: operator.inputScale(0), output: operator.outputScale() };
}

/** Fixed-point kernels are written for one output scale. @throws {MatchError} QUANTIZATION_INVALID */
function expectOutput(operator: OperatorImport, output: TensorScale, scale: number, zeroPoint: number): void {
  if (output.scale === scale && output.zeroPoint === zeroPoint && output.dtype === 'int8') return;
  throw operatorQuantization(
    operator,
    operator.node,
    `is ${output.dtype} with the scale ${output.scale} and zero point ${output.zeroPoint}; TFLite Micro has int8, ${scale} and ${zeroPoint}`,
  );
}

export const activationFunctions: OperatorTable = {
  RELU: limit({ min: 0, max: Infinity }),
  RELU6: limit({ min: 0, max: 6 }),
  RELU_N1_TO_1: limit({ min: -1, max: 1 }),
  RELU_0_TO_1: limit({ min: 0, max: 1 }),
  LOGISTIC: importLogistic,
  TANH: importTanh,
  HARD_SWISH: importHardSwish,
  LEAKY_RELU: importLeakyRelu,
  ELU: importElu,
  GELU: importGelu,
  PRELU: importPrelu,
};
