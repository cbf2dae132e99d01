import type { Assumption } from 'match-compiler';

/** Figures of the host core by the kernels that are assumed to run on it. */
export type HostKernels = 'plain' | 'optimized';

export interface HostCosts {
  /** Per multiply-accumulate. */
  readonly mac: number;
  readonly depthwiseMac: number;
  /** Per element read, changed and written. */
  readonly element: number;
  /** Per element of four that a layout transform moves together. */
  readonly ofFour: number;
  /** Per element of a softmax. */
  readonly softmax: number;
}

const instructions = 'instructions per multiply-accumulate counted on rv32, taken as cycles:';

/** Cycles of plain loops, and of kernels optimised for the core. */
export const hostCosts: Readonly<Record<HostKernels, HostCosts>> = {
  plain: { mac: 10, depthwiseMac: 17, element: 10, ofFour: 4, softmax: 150 },
  optimized: { mac: 5, depthwiseMac: 16, element: 10, ofFour: 4, softmax: 150 },
};

/** The same for reports. */
export function hostAssumptions(kernels: HostKernels): readonly Assumption[] {
  const { mac, depthwiseMac, element, ofFour, softmax } = hostCosts[kernels];
  const source =
    kernels === 'plain'
      ? `${instructions} TFLM's reference kernels`
      : `${instructions} muRISCV-NN and CMSIS-NN`;
  return [
    { name: 'host: multiply-accumulate', value: mac, unit: 'cycles', source },
    { name: 'host: multiply-accumulate, depthwise', value: depthwiseMac, unit: 'cycles', source },
    { name: 'host: element', value: element, unit: 'cycles', source: 'assumption' },
    {
      name: 'host: element of a layout transform, four at a time',
      value: ofFour,
      unit: 'cycles',
      source: 'assumption: a load, a store and a quarter of the loop and its address arithmetic',
    },
    { name: 'host: element of a softmax', value: softmax, unit: 'cycles', source: 'assumption' },
  ];
}
