import { isOp, ops, type Region } from 'match-compiler';

/**
 * Cycles of the portable kernels on a scalar 32-bit core: enough to tell good layouts from bad ones. They
 * are no measurement of any one machine.
 */
export const cycles = {
  /** One multiply-accumulate on operands that lie side by side. */
  mac: 2,
  /** One multiply-accumulate with an operand per stride. */
  stridedMac: 3.5,
  /** One tap of a pooling window. */
  tap: 2.5,
  /** One element read, changed and written. */
  element: 3,
  /** One element scaled from an accumulator to a quantized type. */
  requantize: 12,
  /** More per element and operand that does not advance by one. */
  stride: 1.5,
  /** Software division, or a function of the C library. */
  libraryCall: 60,
  /** Entering a function and setting up its loops. */
  call: 40,
  /** Setting up the window of one output pixel. */
  pixel: 12,
} as const;

/** Cycles to store one sum: scaled where a requantize ends the region, else as it is or clipped. */
export function storeCycles({ root }: Region): number {
  return isOp(root, ops.requantize) ? cycles.requantize : cycles.element;
}
