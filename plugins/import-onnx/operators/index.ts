import type { Operator } from '../operator.ts';
import * as activation from './activation.ts';
import * as composed from './composed.ts';
import * as constants from './constants.ts';
import { conv, convTranspose } from './convolution.ts';
import { gemm, matMul } from './dense.ts';
import * as elementWise from './element-wise.ts';
import * as layout from './layout.ts';
import * as logic from './logic.ts';
import * as normalization from './normalization.ts';
import * as picking from './picking.ts';
import * as pooling from './pooling.ts';
import { convInteger, qLinearConv } from './qlinear-conv.ts';
import { matMulInteger, qGemm, qLinearMatMul } from './qlinear-dense.ts';
import * as quantized from './qlinear-element-wise.ts';
import { qLinearAveragePool, qLinearGlobalAveragePool } from './qlinear-pooling.ts';
import { dequantizeLinear, dynamicQuantizeLinear, quantizeLinear } from './quantization.ts';
import * as ranking from './ranking.ts';
import * as recurrent from './recurrent.ts';
import * as reduction from './reduction.ts';
import { resize, upsample } from './resize.ts';

/** What is read of the standard operators. */
const standard: Readonly<Record<string, Operator>> = {
  Abs: activation.abs,
  Acos: activation.acos,
  Acosh: activation.acosh,
  Add: elementWise.add,
  And: logic.and,
  ArgMax: ranking.argMax,
  ArgMin: ranking.argMin,
  Asin: activation.asin,
  Asinh: activation.asinh,
  Atan: activation.atan,
  Atanh: activation.atanh,
  AveragePool: pooling.averagePool,
  BatchNormalization: normalization.batchNormalization,
  BitShift: logic.bitShift,
  BitwiseAnd: logic.and,
  BitwiseNot: logic.not,
  BitwiseOr: logic.or,
  BitwiseXor: logic.xor,
  Cast: constants.cast,
  Ceil: activation.ceil,
  Celu: composed.celu,
  Clip: elementWise.clip,
  Compress: picking.compress,
  Concat: layout.concat,
  Constant: constants.constant,
  ConstantOfShape: constants.constantOfShape,
  Conv: conv,
  ConvInteger: convInteger,
  ConvTranspose: convTranspose,
  Cos: activation.cos,
  Cosh: activation.cosh,
  CumSum: ranking.cumSum,
  DepthToSpace: layout.depthToSpace,
  DequantizeLinear: dequantizeLinear,
  Div: elementWise.div,
  Dropout: layout.dropout,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  Elu: activation.elu,
  Equal: logic.equal,
  Erf: activation.erf,
  Exp: activation.exp,
  Expand: constants.expand,
  Flatten: layout.flatten,
  Floor: activation.floor,
  GRU: recurrent.gru,
  Gather: picking.gather,
  GatherElements: picking.gatherElements,
  GatherND: picking.gatherNd,
  Gelu: activation.gelu,
  Gemm: gemm,
  GlobalAveragePool: pooling.globalAveragePool,
  GlobalLpPool: pooling.globalLpPool,
  GlobalMaxPool: pooling.globalMaxPool,
  Greater: logic.greater,
  GreaterOrEqual: logic.greaterOrEqual,
  GroupNormalization: composed.groupNormalization,
  Hardmax: picking.hardmax,
  HardSigmoid: activation.hardSigmoid,
  HardSwish: activation.hardSwish,
  Identity: layout.identity,
  InstanceNormalization: composed.instanceNormalization,
  IsInf: logic.isInf,
  IsNaN: logic.isNaN,
  LRN: normalization.localResponseNormalization,
  LSTM: recurrent.lstm,
  LayerNormalization: composed.layerNormalization,
  LeakyRelu: activation.leakyRelu,
  Less: logic.less,
  LessOrEqual: logic.lessOrEqual,
  Log: activation.log,
  LogSoftmax: normalization.logSoftmax,
  LpNormalization: composed.lpNormalization,
  LpPool: pooling.lpPool,
  MatMul: matMul,
  MatMulInteger: matMulInteger,
  Max: elementWise.max,
  MaxPool: pooling.maxPool,
  Mean: elementWise.mean,
  MeanVarianceNormalization: composed.meanVarianceNormalization,
  Min: elementWise.min,
  Mish: activation.mish,
  Mod: logic.mod,
  Mul: elementWise.mul,
  Neg: activation.neg,
  NonZero: picking.nonZero,
  Not: logic.not,
  OneHot: picking.oneHot,
  Or: logic.or,
  PRelu: activation.prelu,
  Pad: layout.pad,
  Pow: elementWise.pow,
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
  QuantizeLinear: quantizeLinear,
  RNN: recurrent.rnn,
  Range: constants.range,
  Reciprocal: activation.reciprocal,
  ReduceL1: reduction.reduceL1,
  ReduceL2: reduction.reduceL2,
  ReduceLogSum: reduction.reduceLogSum,
  ReduceLogSumExp: composed.reduceLogSumExp,
  ReduceMax: reduction.reduceMax,
  ReduceMean: reduction.reduceMean,
  ReduceMin: reduction.reduceMin,
  ReduceProd: reduction.reduceProd,
  ReduceSum: reduction.reduceSum,
  ReduceSumSquare: reduction.reduceSumSquare,
  Relu: elementWise.relu,
  Reshape: layout.reshape,
  Resize: resize,
  Round: activation.round,
  Selu: activation.selu,
  Shape: constants.shape,
  Shrink: activation.shrink,
  Sigmoid: activation.sigmoid,
  Sign: activation.sign,
  Sin: activation.sin,
  Sinh: activation.sinh,
  Size: constants.size,
  Slice: layout.slice,
  Softmax: normalization.softmax,
  Softplus: activation.softplus,
  Softsign: activation.softsign,
  SpaceToDepth: layout.spaceToDepth,
  Split: layout.split,
  Sqrt: activation.sqrt,
  Squeeze: layout.squeeze,
  Sub: elementWise.sub,
  Sum: elementWise.sum,
  Swish: activation.swish,
  Tan: activation.tan,
  Tanh: activation.tanh,
  ThresholdedRelu: activation.thresholdedRelu,
  Tile: composed.tile,
  TopK: ranking.topK,
  Transpose: layout.transpose,
  Unsqueeze: layout.unsqueeze,
  Upsample: upsample,
  Where: logic.where,
  Xor: logic.xor,
};

/** What is read of ONNX Runtime's own operators. */
const microsoft: Readonly<Record<string, Operator>> = {
  DequantizeLinear: dequantizeLinear,
  Gelu: activation.gelu,
  QGemm: qGemm,
  QLinearAdd: quantized.qLinearAdd,
  QLinearAveragePool: qLinearAveragePool,
  QLinearConcat: quantized.qLinearConcat,
  QLinearConv: qLinearConv,
  QLinearGlobalAveragePool: qLinearGlobalAveragePool,
  QLinearLeakyRelu: quantized.qLinearLeakyRelu,
  QLinearMul: quantized.qLinearMul,
  QLinearSigmoid: quantized.qLinearSigmoid,
  QLinearSoftmax: quantized.qLinearSoftmax,
  QuantizeLinear: quantizeLinear,
};

export const microsoftDomain = 'com.microsoft';

/** The operators by domain and name. */
export const operatorTables: ReadonlyMap<string, ReadonlyMap<string, Operator>> = new Map([
  ['', new Map(Object.entries(standard))],
  [microsoftDomain, new Map(Object.entries(microsoft))],
]);

/** Every operator name that is read, of any domain. */
export const operatorNames: readonly string[] = [...operatorTables.values()].flatMap((table) => [
  ...table.keys(),
]);
