import { integerRange, roundHalfAway, roundHalfEven } from 'match-compiler';
import type { TensorScale } from '../operator-operands.ts';

export type RealFunction = (x: number) => number;

/**
 * Table of a function between two 8-bit scales, indexed by q − (lowest q), as TFLite makes it
 * (LUTPopulate in tensorflow/lite/kernels/internal/common.h): every step in float32, ties away from zero.
 */
export function floatTable(f: RealFunction, input: TensorScale, output: TensorScale): Int8Array | Uint8Array {
  const inverse = Math.fround(1 / output.scale);
  return table(input, output, (q) => {
    const real = Math.fround(input.scale * (q - input.zeroPoint));
    return roundHalfAway(Math.fround(Math.fround(f(real)) * inverse)) + output.zeroPoint;
  });
}

/** The same in real arithmetic (float64), ties to even. */
export function roundEvenTable(
  f: RealFunction,
  input: TensorScale,
  output: TensorScale,
): Int8Array | Uint8Array {
  return table(
    input,
    output,
    (q) => roundHalfEven(f(input.scale * (q - input.zeroPoint)) / output.scale) + output.zeroPoint,
  );
}

/** Entries for every input, limited to the output type. */
export function table(
  input: TensorScale,
  output: TensorScale,
  entry: (q: number) => number,
): Int8Array | Uint8Array {
  const { min: lowest } = integerRange(input.dtype);
  const { min, max } = integerRange(output.dtype);
  const entries = Array.from({ length: 256 }, (_, i) => Math.min(max, Math.max(min, entry(lowest + i))));
  return output.dtype === 'int8' ? Int8Array.from(entries) : Uint8Array.from(entries);
}
