import type { OpDefinition } from '../ir/op.ts';
import { abs } from './abs.ts';
import { add } from './add.ts';
import { argMax } from './arg-max.ts';
import { argMin } from './arg-min.ts';
import { averagePool2d } from './average-pool2d.ts';
import { batchNorm } from './batch-norm.ts';
import { cast } from './cast.ts';
import { ceil } from './ceil.ts';
import { clip } from './clip.ts';
import { concat } from './concat.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { dequantize } from './dequantize.ts';
import { div } from './div.ts';
import { elu } from './elu.ts';
import { erf } from './erf.ts';
import { exp } from './exp.ts';
import { floor } from './floor.ts';
import { gather } from './gather.ts';
import { gelu } from './gelu.ts';
import { hardSigmoid } from './hard-sigmoid.ts';
import { hardSwish } from './hard-swish.ts';
import { identity } from './identity.ts';
import { layoutTransform } from './layout-transform.ts';
import { leakyRelu } from './leaky-relu.ts';
import { log } from './log.ts';
import { logSoftmax } from './log-softmax.ts';
import { lookup } from './lookup.ts';
import { matmul } from './matmul.ts';
import { maxPool2d } from './max-pool2d.ts';
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
import { quantizedSoftmax } from './quantized-softmax.ts';
import { reduceMax } from './reduce-max.ts';
import { reduceMean } from './reduce-mean.ts';
import { reduceSum } from './reduce-sum.ts';
import { requantize } from './requantize.ts';
import { reshape } from './reshape.ts';
import { resizeNearest } from './resize-nearest.ts';
import { round } from './round.ts';
import { sigmoid } from './sigmoid.ts';
import { slice } from './slice.ts';
import { softmax } from './softmax.ts';
import { softplus } from './softplus.ts';
import { split } from './split.ts';
import { sqrt } from './sqrt.ts';
import { sub } from './sub.ts';
import { sumPool2d } from './sum-pool2d.ts';
import { tanh } from './tanh.ts';
import { topK } from './top-k.ts';
import { transpose } from './transpose.ts';

export type { AbsAttributes } from './abs.ts';
export type { ArgMaxAttributes } from './arg-max.ts';
export type { ArgMinAttributes } from './arg-min.ts';
export type { AveragePool2dAttributes } from './average-pool2d.ts';
export type { BatchNormAttributes } from './batch-norm.ts';
export type { CastAttributes } from './cast.ts';
export type { CeilAttributes } from './ceil.ts';
export type { ClipAttributes } from './clip.ts';
export type { ConcatAttributes } from './concat.ts';
export type { Conv2dAttributes } from './conv2d.ts';
export type { DenseAttributes } from './dense.ts';
export type { DequantizeAttributes } from './dequantize.ts';
export type { EluAttributes } from './elu.ts';
export type { ErfAttributes } from './erf.ts';
export type { ExpAttributes } from './exp.ts';
export type { FloorAttributes } from './floor.ts';
export type { GatherAttributes } from './gather.ts';
export type { GeluAttributes } from './gelu.ts';
export type { HardSigmoidAttributes } from './hard-sigmoid.ts';
export type { HardSwishAttributes } from './hard-swish.ts';
export type { IdentityAttributes } from './identity.ts';
export type { LayoutTransformAttributes } from './layout-transform.ts';
export type { LeakyReluAttributes } from './leaky-relu.ts';
export type { LogAttributes } from './log.ts';
export type { LogSoftmaxAttributes } from './log-softmax.ts';
export type { LookupAttributes } from './lookup.ts';
export type { MatmulAttributes } from './matmul.ts';
export type { MaxPool2dAttributes } from './max-pool2d.ts';
export type { NegAttributes } from './neg.ts';
export type { PadAttributes } from './pad.ts';
export type { PreluAttributes } from './prelu.ts';
export type { QuantizeAttributes } from './quantize.ts';
export type { QuantizedAddAttributes } from './quantized-add.ts';
export type { QuantizedMulAttributes } from './quantized-mul.ts';
export type { QuantizedSoftmaxAttributes } from './quantized-softmax.ts';
export type { ReduceMaxAttributes } from './reduce-max.ts';
export type { ReduceMeanAttributes } from './reduce-mean.ts';
export type { ReduceSumAttributes } from './reduce-sum.ts';
export type { RequantizeAttributes } from './requantize.ts';
export type { ReshapeAttributes } from './reshape.ts';
export type { ResizeNearestAttributes } from './resize-nearest.ts';
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
export type { ReductionAttributes } from './reduction.ts';
export type { SoftmaxAttributes } from './softmax-rows.ts';
export type { Accumulator } from './products.ts';
export type { QuantizedBinaryAttributes } from './quantized-binary.ts';

export {
  abs,
  add,
  argMax,
  argMin,
  averagePool2d,
  batchNorm,
  cast,
  ceil,
  clip,
  concat,
  conv2d,
  dense,
  dequantize,
  div,
  elu,
  erf,
  exp,
  floor,
  gather,
  gelu,
  hardSigmoid,
  hardSwish,
  identity,
  layoutTransform,
  leakyRelu,
  log,
  logSoftmax,
  lookup,
  matmul,
  maximum,
  maxPool2d,
  minimum,
  mul,
  neg,
  pad,
  pow,
  prelu,
  quantize,
  quantizedAdd,
  quantizedMul,
  quantizedSoftmax,
  reduceMax,
  reduceMean,
  reduceSum,
  requantize,
  reshape,
  resizeNearest,
  round,
  sigmoid,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  sub,
  sumPool2d,
  tanh,
  topK,
  transpose,
};

/** Every operator of the core, by name. */
export const builtinOps: readonly OpDefinition[] = Object.freeze([
  abs,
  add,
  argMax,
  argMin,
  averagePool2d,
  batchNorm,
  cast,
  ceil,
  clip,
  concat,
  conv2d,
  dense,
  dequantize,
  div,
  elu,
  erf,
  exp,
  floor,
  gather,
  gelu,
  hardSigmoid,
  hardSwish,
  identity,
  layoutTransform,
  leakyRelu,
  log,
  logSoftmax,
  lookup,
  matmul,
  maximum,
  maxPool2d,
  minimum,
  mul,
  neg,
  pad,
  pow,
  prelu,
  quantize,
  quantizedAdd,
  quantizedMul,
  quantizedSoftmax,
  reduceMax,
  reduceMean,
  reduceSum,
  requantize,
  reshape,
  resizeNearest,
  round,
  sigmoid,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  sub,
  sumPool2d,
  tanh,
  topK,
  transpose,
]);
