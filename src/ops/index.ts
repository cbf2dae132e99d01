import type { OpDefinition } from '../ir/op.ts';
import { abs } from './abs.ts';
import { acos } from './acos.ts';
import { acosh } from './acosh.ts';
import { add } from './add.ts';
import { argMax } from './arg-max.ts';
import { argMin } from './arg-min.ts';
import { asin } from './asin.ts';
import { asinh } from './asinh.ts';
import { atan } from './atan.ts';
import { atanh } from './atanh.ts';
import { averagePool2d } from './average-pool2d.ts';
import { batchNorm } from './batch-norm.ts';
import { bitShift } from './bit-shift.ts';
import { bitwiseAnd } from './bitwise-and.ts';
import { bitwiseNot } from './bitwise-not.ts';
import { bitwiseOr } from './bitwise-or.ts';
import { bitwiseXor } from './bitwise-xor.ts';
import { cast } from './cast.ts';
import { ceil } from './ceil.ts';
import { changeSign } from './change-sign.ts';
import { clip } from './clip.ts';
import { concat } from './concat.ts';
import { convTranspose } from './conv-transpose.ts';
import { conv2d } from './conv2d.ts';
import { cos } from './cos.ts';
import { cosh } from './cosh.ts';
import { cumSum } from './cum-sum.ts';
import { dense } from './dense.ts';
import { dequantize } from './dequantize.ts';
import { div } from './div.ts';
import { dynamicQuantize } from './dynamic-quantize.ts';
import { elu } from './elu.ts';
import { equal } from './equal.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { expand } from './expand.ts';
import { floor } from './floor.ts';
import { gather } from './gather.ts';
import { gatherElements } from './gather-elements.ts';
import { gelu } from './gelu.ts';
import { greater } from './greater.ts';
import { greaterOrEqual } from './greater-or-equal.ts';
import { gru } from './gru.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { hardSwish } from './hard-swish.ts';
import { identity } from './identity.ts';
import { im2col } from './im2col.ts';
import { isInf } from './is-inf.ts';
import { isNan } from './is-nan.ts';
import { layerNorm } from './layer-norm.ts';
import { layoutTransform } from './layout-transform.ts';
import { leakyRelu } from './leaky-relu.ts';
import { less } from './less.ts';
import { lessOrEqual } from './less-or-equal.ts';
import { log } from './log.ts';
import { logSoftmax } from './log-softmax.ts';
import { lookup } from './lookup.ts';
import { lpPool2d } from './lp-pool2d.ts';
import { lrn } from './lrn.ts';
import { lstm } from './lstm.ts';
import { matmul } from './matmul.ts';
import { maxPool2d } from './max-pool2d.ts';
import { maxPool2dIndices } from './max-pool2d-indices.ts';
import { maximum } from './maximum.ts';
import { minimum } from './minimum.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { pad } from './pad.ts';
import { pow } from './pow.ts';
import { prelu } from './prelu.ts';
import { quantize } from './quantize.ts';
import { quantizedAdd } from './quantized-add.ts';
import { quantizedMul } from './quantized-mul.ts';
import { quantizedSigmoid } from './quantized-sigmoid.ts';
import { quantizedSoftmax16 } from './quantized-softmax16.ts';
import { quantizedSoftmax } from './quantized-softmax.ts';
import { reduceMax } from './reduce-max.ts';
import { reduceMean } from './reduce-mean.ts';
import { reduceMin } from './reduce-min.ts';
import { reduceProd } from './reduce-prod.ts';
import { reduceSum } from './reduce-sum.ts';
import { modulo } from './modulo.ts';
import { requantize } from './requantize.ts';
import { resample } from './resample.ts';
import { reshape } from './reshape.ts';
import { resizeNearest } from './resize-nearest.ts';
import { rnn } from './rnn.ts';
import { round } from './round.ts';
import { select } from './select.ts';
import { shrink } from './shrink.ts';
import { sigmoid } from './sigmoid.ts';
import { sign } from './sign.ts';
import { sin } from './sin.ts';
import { sinh } from './sinh.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { softplus } from './softplus.ts';
import { split } from './split.ts';
import { sqrt } from './sqrt.ts';
import { sub } from './sub.ts';
import { sumPool2d } from './sum-pool2d.ts';
import { tan } from './tan.ts';
import { tanh } from './tanh.ts';
import { thresholdedRelu } from './thresholded-relu.ts';
import { topK } from './top-k.ts';
import { transpose } from './transpose.ts';

export type { AbsAttributes } from './abs.ts';
export type { ArgMaxAttributes } from './arg-max.ts';
export type { ArgMinAttributes } from './arg-min.ts';
export type { AveragePool2dAttributes } from './average-pool2d.ts';
export type { BatchNormAttributes } from './batch-norm.ts';
export type { CastAttributes } from './cast.ts';
export type { CeilAttributes } from './ceil.ts';
export type { ChangeSignAttributes } from './change-sign.ts';
export type { ClipAttributes } from './clip.ts';
export type { ConcatAttributes } from './concat.ts';
export type { ConvTransposeAttributes } from './conv-transpose.ts';
export type { Conv2dAttributes } from './conv2d.ts';
export type { CumSumAttributes } from './cum-sum.ts';
export type { DenseAttributes } from './dense.ts';
export type { DequantizeAttributes } from './dequantize.ts';
export type { DynamicQuantizeAttributes } from './dynamic-quantize.ts';
export type { EluAttributes } from './elu.ts';
export type { ErfAttributes } from './erf.ts';
export type { ExpAttributes } from './exp.ts';
export type { FloorAttributes } from './floor.ts';
export type { GatherAttributes } from './gather.ts';
export type { GeluAttributes } from './gelu.ts';
export type { GruAttributes } from './gru.ts';
export type { HardSigmoidAttributes } from './hard-sigmoid.ts';
export type { HardSwishAttributes } from './hard-swish.ts';
export type { IdentityAttributes } from './identity.ts';
export type { Im2colAttributes } from './im2col.ts';
export type { LayerNormAttributes } from './layer-norm.ts';
export type { LayoutTransformAttributes } from './layout-transform.ts';
export type { LeakyReluAttributes } from './leaky-relu.ts';
export type { LogAttributes } from './log.ts';
export type { LogSoftmaxAttributes } from './log-softmax.ts';
export type { LookupAttributes } from './lookup.ts';
export type { LpPool2dAttributes } from './lp-pool2d.ts';
export type { LrnAttributes } from './lrn.ts';
export type { LstmAttributes } from './lstm.ts';
export type { MatmulAttributes } from './matmul.ts';
export type { MaxPool2dAttributes } from './max-pool2d.ts';
export type { MaxPool2dIndicesAttributes } from './max-pool2d-indices.ts';
export type { NegAttributes } from './neg.ts';
export type { PadAttributes } from './pad.ts';
export type { PreluAttributes } from './prelu.ts';
export type { QuantizeAttributes } from './quantize.ts';
export type { QuantizedAddAttributes } from './quantized-add.ts';
export type { QuantizedMulAttributes } from './quantized-mul.ts';
export type { QuantizedSigmoidAttributes } from './quantized-sigmoid.ts';
export type { QuantizedSoftmax16Attributes } from './quantized-softmax16.ts';
export type { QuantizedSoftmaxAttributes } from './quantized-softmax.ts';
export type { ReduceMaxAttributes } from './reduce-max.ts';
export type { ReduceMeanAttributes } from './reduce-mean.ts';
export type { ReduceSumAttributes } from './reduce-sum.ts';
export type { RequantizeAttributes } from './requantize.ts';
export type { ResampleAttributes } from './resample.ts';
export type { ReshapeAttributes } from './reshape.ts';
export type { ResizeNearestAttributes } from './resize-nearest.ts';
export type { RnnAttributes } from './rnn.ts';
export type { RoundAttributes } from './round.ts';
export type { SigmoidAttributes } from './sigmoid.ts';
export type { SliceAttributes } from './slice.ts';
export type { SoftplusAttributes } from './softplus.ts';
export type { SplitAttributes } from './split.ts';
export type { SqrtAttributes } from './sqrt.ts';
export type { SumPool2dAttributes } from './sum-pool2d.ts';
export type { TanhAttributes } from './tanh.ts';
export type { TopKAttributes } from './top-k.ts';
export type { TransposeAttributes } from './transpose.ts';
export type { RequantizeRule } from './requantize.ts';
export type { ArgExtremeAttributes } from './arg-extreme.ts';
export type { BinaryAttributes } from './element-wise.ts';
export type { BitwiseAttributes } from './bitwise.ts';
export type { ComparisonAttributes } from './comparison.ts';
export type { RecurrentAttributes, RecurrentOperand } from './recurrent.ts';
export type { ReductionAttributes } from './reduction.ts';
export type { SoftmaxAttributes } from './softmax-rows.ts';
export type { Accumulator } from './products.ts';
export type { BitwiseNotAttributes } from './bitwise-not.ts';
export type { BitShiftAttributes } from './bit-shift.ts';
export type { SelectAttributes } from './select.ts';
export type { SinAttributes } from './sin.ts';
export type { CosAttributes } from './cos.ts';
export type { TanAttributes } from './tan.ts';
export type { AsinAttributes } from './asin.ts';
export type { AcosAttributes } from './acos.ts';
export type { AtanAttributes } from './atan.ts';
export type { SinhAttributes } from './sinh.ts';
export type { CoshAttributes } from './cosh.ts';
export type { AsinhAttributes } from './asinh.ts';
export type { AcoshAttributes } from './acosh.ts';
export type { AtanhAttributes } from './atanh.ts';
export type { SignAttributes } from './sign.ts';
export type { ThresholdedReluAttributes } from './thresholded-relu.ts';
export type { ShrinkAttributes } from './shrink.ts';
export type { IsNanAttributes } from './is-nan.ts';
export type { IsInfAttributes } from './is-inf.ts';
export type { ReduceMinAttributes } from './reduce-min.ts';
export type { ReduceProdAttributes } from './reduce-prod.ts';
export type { ExpandAttributes } from './expand.ts';
export type { GatherElementsAttributes } from './gather-elements.ts';
export type { QuantizedBinaryAttributes } from './quantized-binary.ts';

export {
  abs,
  acos,
  acosh,
  add,
  argMax,
  argMin,
  asin,
  asinh,
  atan,
  atanh,
  averagePool2d,
  batchNorm,
  bitShift,
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  cast,
  ceil,
  changeSign,
  clip,
  concat,
  conv2d,
  convTranspose,
  cos,
  cosh,
  cumSum,
  dense,
  dequantize,
  div,
  dynamicQuantize,
  elu,
  equal,
  erf,
  exp,
  expand,
  floor,
  gather,
  gatherElements,
  gelu,
  greater,
  greaterOrEqual,
  gru,
  hardSigmoid,
  hardSwish,
  identity,
  im2col,
  isInf,
  isNan,
  layerNorm,
  layoutTransform,
  leakyRelu,
  less,
  lessOrEqual,
  log,
  logSoftmax,
  lookup,
  lpPool2d,
  lrn,
  lstm,
  matmul,
  maximum,
  maxPool2d,
  maxPool2dIndices,
  minimum,
  modulo,
  mul,
  neg,
  pad,
  pow,
  prelu,
  quantize,
  quantizedAdd,
  quantizedMul,
  quantizedSigmoid,
  quantizedSoftmax16,
  quantizedSoftmax,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceProd,
  reduceSum,
  requantize,
  resample,
  reshape,
  resizeNearest,
  rnn,
  round,
  select,
  shrink,
  sigmoid,
  sign,
  sin,
  sinh,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  sub,
  sumPool2d,
  tan,
  tanh,
  thresholdedRelu,
  topK,
  transpose,
};

/** Every operator of the core, by name. */
export const builtinOps: readonly OpDefinition[] = Object.freeze([
  abs,
  acos,
  acosh,
  add,
  argMax,
  argMin,
  asin,
  asinh,
  atan,
  atanh,
  averagePool2d,
  batchNorm,
  bitShift,
  bitwiseAnd,
  bitwiseNot,
  bitwiseOr,
  bitwiseXor,
  cast,
  ceil,
  changeSign,
  clip,
  concat,
  conv2d,
  convTranspose,
  cos,
  cosh,
  cumSum,
  dense,
  dequantize,
  div,
  dynamicQuantize,
  elu,
  equal,
  erf,
  exp,
  expand,
  floor,
  gather,
  gatherElements,
  gelu,
  greater,
  greaterOrEqual,
  gru,
  hardSigmoid,
  hardSwish,
  identity,
  im2col,
  isInf,
  isNan,
  layerNorm,
  layoutTransform,
  leakyRelu,
  less,
  lessOrEqual,
  log,
  logSoftmax,
  lookup,
  lpPool2d,
  lrn,
  lstm,
  matmul,
  maximum,
  maxPool2d,
  maxPool2dIndices,
  minimum,
  modulo,
  mul,
  neg,
  pad,
  pow,
  prelu,
  quantize,
  quantizedAdd,
  quantizedMul,
  quantizedSigmoid,
  quantizedSoftmax16,
  quantizedSoftmax,
  reduceMax,
  reduceMean,
  reduceMin,
  reduceProd,
  reduceSum,
  requantize,
  resample,
  reshape,
  resizeNearest,
  rnn,
  round,
  select,
  shrink,
  sigmoid,
  sign,
  sin,
  sinh,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  sub,
  sumPool2d,
  tan,
  tanh,
  thresholdedRelu,
  topK,
  transpose,
]);
