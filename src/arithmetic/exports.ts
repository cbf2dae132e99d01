export * from './integer.ts';
export * from './requantize.ts';
export * from './requantize-to.ts';
export * from './softmax-tables.ts';
export * from './quantized-add.ts';
export {
  doublingHighMultiply,
  exponentialOfNegative,
  fixedPointReciprocal,
  reciprocalOfHalf,
  roundingDivideByPowerOfTwo,
} from './fixed-point.ts';
export * from './rounding-rules.ts';
