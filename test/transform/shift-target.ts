import type { HardwareRequantization } from 'match-compiler';

/** Engines that shift sums and multiply nothing, one of them for ternary weights. */
export const shiftsAlone: HardwareRequantization = {
  scaleBits: 0,
  largestShift: 31,
  perChannelShift: false,
  productBits: 31,
  ternary: { inputBits: 7, outputBits: 6, mostWeights: 1152, mostOutputChannels: 512 },
};
