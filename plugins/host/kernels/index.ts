import type { ModulePattern } from 'match-compiler';
import { argExtremePattern } from './arg_extreme/index.ts';
import { batchNormPattern } from './batch_norm/index.ts';
import { addRequantizePattern, binaryPattern } from './binary/index.ts';
import { concatPattern, splitPattern } from './concat/index.ts';
import { conv2dPattern } from './conv2d/index.ts';
import { copyPatterns } from './copy/index.ts';
import { gatherPattern } from './gather/index.ts';
import { lookupPattern } from './lookup/index.ts';
import { matmulPattern } from './matmul/index.ts';
import { padPattern } from './pad/index.ts';
import { averagePoolPattern, maxPoolPattern, sumPoolPattern } from './pool/index.ts';
import { preluPattern } from './prelu/index.ts';
import { dequantizePattern, quantizePattern } from './quantize/index.ts';
import { quantizedBinaryPattern } from './quantized_binary/index.ts';
import { quantizedSoftmaxPattern } from './quantized_softmax/index.ts';
import { reducePattern } from './reduce/index.ts';
import { requantizePattern } from './requantize/index.ts';
import { softmaxPattern } from './softmax/index.ts';
import { topKPattern } from './top_k/index.ts';
import { unaryPattern } from './unary/index.ts';

/**
 * Every operator in portable C99: what the host runs, and what other targets fall back to for nodes that
 * their own engines do not take.
 */
export const portablePatterns: readonly ModulePattern[] = Object.freeze([
  conv2dPattern,
  matmulPattern,
  sumPoolPattern,
  addRequantizePattern,
  requantizePattern,
  maxPoolPattern,
  averagePoolPattern,
  quantizedBinaryPattern,
  quantizedSoftmaxPattern,
  lookupPattern,
  binaryPattern,
  unaryPattern,
  preluPattern,
  batchNormPattern,
  softmaxPattern,
  reducePattern,
  quantizePattern,
  dequantizePattern,
  ...copyPatterns,
  padPattern,
  concatPattern,
  splitPattern,
  gatherPattern,
  argExtremePattern,
  topKPattern,
]);

/** The kernels of the host: the portable ones, all of them. */
export const hostKernels = portablePatterns;
