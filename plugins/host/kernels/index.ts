import type { ModulePattern } from 'match-compiler';
import { argExtremePattern } from './arg_extreme/index.ts';
import { batchNormPattern } from './batch_norm/index.ts';
import { addRequantizePattern, binaryPattern } from './binary/index.ts';
import { concatPattern, splitPattern } from './concat/index.ts';
import { conv2dPattern } from './conv2d/index.ts';
import { convTransposePattern } from './conv_transpose/index.ts';
import { copyPatterns } from './copy/index.ts';
import { cumSumPattern } from './cum_sum/index.ts';
import { dynamicQuantizePattern } from './dynamic_quantize/index.ts';
import { gatherPattern } from './gather/index.ts';
import { gatherElementsPattern } from './gather_elements/index.ts';
import { logicPattern } from './logic/index.ts';
import { im2colPattern } from './im2col/index.ts';
import { layerNormPattern } from './layer_norm/index.ts';
import { lookupPattern } from './lookup/index.ts';
import { lrnPattern } from './lrn/index.ts';
import { matmulPattern } from './matmul/index.ts';
import { padPattern } from './pad/index.ts';
import {
  averagePoolPattern,
  lpPoolPattern,
  maxPoolIndicesPattern,
  maxPoolPattern,
  sumPoolPattern,
} from './pool/index.ts';
import { preluPattern } from './prelu/index.ts';
import { dequantizePattern, quantizePattern } from './quantize/index.ts';
import { quantizedBinaryPattern } from './quantized_binary/index.ts';
import { quantizedSoftmaxPattern } from './quantized_softmax/index.ts';
import { recurrentPattern } from './recurrent/index.ts';
import { quantizedSigmoidPattern } from './quantized_sigmoid/index.ts';
import { quantizedSoftmax16Pattern } from './quantized_softmax16/index.ts';
import { reducePattern } from './reduce/index.ts';
import { requantizePattern } from './requantize/index.ts';
import { resamplePattern } from './resample/index.ts';
import { selectPattern } from './select/index.ts';
import { softmaxPattern } from './softmax/index.ts';
import { topKPattern } from './top_k/index.ts';
import { unaryPattern } from './unary/index.ts';

/**
 * Every operator in portable C99: what the host runs, and what other targets fall back to for nodes that
 * their own engines do not take.
 */
export const portablePatterns: readonly ModulePattern[] = Object.freeze([
  conv2dPattern,
  convTransposePattern,
  matmulPattern,
  sumPoolPattern,
  addRequantizePattern,
  requantizePattern,
  maxPoolPattern,
  maxPoolIndicesPattern,
  averagePoolPattern,
  lpPoolPattern,
  quantizedBinaryPattern,
  quantizedSoftmaxPattern,
  quantizedSoftmax16Pattern,
  quantizedSigmoidPattern,
  lookupPattern,
  binaryPattern,
  unaryPattern,
  logicPattern,
  selectPattern,
  preluPattern,
  batchNormPattern,
  softmaxPattern,
  layerNormPattern,
  reducePattern,
  quantizePattern,
  dequantizePattern,
  ...copyPatterns,
  padPattern,
  concatPattern,
  splitPattern,
  gatherPattern,
  gatherElementsPattern,
  resamplePattern,
  lrnPattern,
  cumSumPattern,
  im2colPattern,
  dynamicQuantizePattern,
  recurrentPattern,
  argExtremePattern,
  topKPattern,
]);

/** The kernels of the host: the portable ones, all of them. */
export const hostKernels = portablePatterns;
