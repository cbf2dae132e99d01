import type { Rounding } from '../compiler/options.ts';

/** The rule of `quantized_add` and `quantized_mul` under a named rounding. */
export function quantizedBinaryRule(rounding: Rounding): 'single' | 'double' | 'real-even' {
  if (rounding === 'real-even') return 'real-even';
  // TensorFlow Lite's published int16 results need two roundings in the addition.
  return rounding === 'tflm-double' || rounding === 'tflite-int16x8' ? 'double' : 'single';
}

/** The rule of `quantized_softmax` under a named rounding. */
export function quantizedSoftmaxRule(rounding: Rounding): 'float-table' | 'gemmlowp' | 'real-even' {
  if (rounding === 'real-even') return 'real-even';
  return rounding === 'tflm-double' ? 'gemmlowp' : 'float-table';
}
