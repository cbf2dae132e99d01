import type { Rounding } from '../compiler/options.ts';

/** The rule of `quantized_add` and `quantized_mul` under a named rounding. */
export function quantizedBinaryRule(rounding: Rounding): 'single' | 'double' | 'real-even' {
  if (rounding === 'real-even') return 'real-even';
  // TensorFlow Lite's own element-wise kernels round twice, under every one of its rules.
  return rounding.startsWith('tfl') ? 'double' : 'single';
}

/** The rule of `quantized_softmax` under a named rounding. */
export function quantizedSoftmaxRule(rounding: Rounding): 'float-table' | 'gemmlowp' | 'real-even' {
  if (rounding === 'real-even') return 'real-even';
  return rounding === 'tflm-double' ? 'gemmlowp' : 'float-table';
}
