import type { Assumption } from 'match-compiler';

/** Cores that share each job. */
export const workers = 8;

/**
 * Cycles of the cluster's kernels. *Measured* are those that were timed on an open model of the SoC family (RI5CY
 * cores with the Xpulp extension, data in L1, results compared with plain C); the others are counted from
 * instructions, at one cycle each but for multiplications (32×32 → low half 2, high half 5), a load before its use
 * (+1) and taken branches (+2).
 *
 * Products: an inner step of four output channels × two pixels × four inputs has 6 loads and 8 dot products. Three
 * pointwise layers timed on one core give the rest: 25×5 64→64 300 k, 16×16 32→64 380 k, 48×48 8→8 349 k cycles
 * are 4762, 2969 and 303 per pair of pixels, thus 114 per pair and 66.5 per block of four channels, of which
 * 8 × 6 to scale, clip and store the eight results. Two 3×3 layers (32×32 16→16: 2750, 16×16 32→32: 9258 per
 * pair) then leave 354 and 548 cycles to copy six window rows of 12 and of 24 words.
 *
 * Depthwise 3×3: 45 instructions per row of two channels × two columns. 16×16×32 100.1 k, 12×12×64 116.7 k,
 * 25×6×64 117.0 k and 6×6×64 34.9 k on one core give 42 per walk down the rows and 156 per pair of channels.
 */
export const costs = {
  /** Reading the arguments and finding the own share of the work. Estimate: about 25 fields, a division. */
  entry: 60,
  /** Eight cores in one L1: 178.1 k against 1408 k/8, 149.8 k against 1185 k/8. */
  teamFactor: 1.01,
  /** Four channels × two pixels × four inputs. */
  step: 14,
  /** Four channels × one pixel × four inputs: 5 loads and 4 dot products. */
  singleStep: 9,
  /** A channel beyond the last four, two pixels (3 loads, 2 dot products) and one (2 loads, 1 dot product). */
  channelStep: 5,
  channelSingleStep: 3,
  /** Biases, scales and loops of a block of four channels. */
  block: 18.5,
  /** A pair of pixels, without copying windows. */
  pair: 114,
  /** Copying one row of a window: setting up, and each word of it. */
  windowRow: 26.7,
  windowWord: 2.69,
  /** Storing a raw sum, and fetching one that an earlier tile left. */
  storeSum: 1,
  loadSum: 2,
  depthwise: {
    /** Stride 1, 3×3: four half-words loaded, five instructions to arrange them, 12 dot products, 4 results at 5. */
    step: 45,
    /**
     * Stride 2, 3×3, estimate: two input rows of five half-words with eight instructions each to arrange them, 12
     * dot products, 4 results at 5, addresses 6.
     */
    stridedStep: 64,
    walk: 42,
    /** More per walk where the window reaches outside. Estimate: constants instead of loads, two loops more. */
    border: 24,
    channelPair: 156,
    /** Any other window, per tap and per result: one channel at a time took 34.9 per result of 9 taps. */
    tap: 3,
    result: 8,
    /** Of a result's cycles, those that `scaling` replaces. */
    scaling: 5,
  },
  /** Residual addition: 98.7 k for 8192 elements on one core, a loop in C with two scales. */
  addElement: 12.05,
  /** More with tables instead of factors: two addresses and two loads for a product and an accumulation. */
  tableElement: 2,
  /** Average pool over 25×5×64: 20.9 k on one core, 3.0 k on eight; a division of 40 per result taken off. */
  poolTap: 2.29,
  poolResult: 40,
  poolTeamFactor: 1.1,
  /** Largest of four channels at once, per tap and per result: load, maximum, and half an address. Estimate. */
  largestTap: 2.5,
  largestResult: 12,
  /** Four elements by words: load, exclusive or, store. */
  signWord: 3,
  /** Four bytes copied by a word; a run of them set up. */
  copyWord: 2,
  run: 14,
  /** A byte that moves alone: load, store, and a share of the address. */
  copyByte: 2.5,
  /** A byte in blocks of 4×4 transposed: 4 loads, 8 shuffles, 4 stores and addresses for 16. */
  transposedByte: 1.25,
  /** An element read, changed by one or two instructions, limited, stored. */
  element: 5,
  /**
   * A float divided (12, one unit for several cores), rounded by adding and taking away 2^23 on the side of its sign
   * (5), converted, limited, stored; and an integer converted, multiplied, stored. Estimates.
   */
  quantizeElement: 28,
  dequantizeElement: 8,
  /** Per-channel constants of an element-wise scaling. */
  entryLoad: 3,
  softmax: {
    /** Largest element, table and sum, scaled result: 3 + 7 + 12. Single precision is in hardware. */
    floatTable: 22,
    /** The same with multiplications of 64 bits instead. */
    gemmlowp: 48,
    /** Software double precision: an addition and two quotients. */
    realEven: 560,
    row: 80,
    gemmlowpRow: 260,
  },
} as const;

/** Cycles to scale, clip and store one sum, by rule. */
export const scalingCycles = {
  /** Measured: multiply-accumulate, shift, clip, store and their share of constants. */
  shift: 6,
  /** The high half of the product is enough from a shift of 33 bits on: 5, add, shift, add, clip, store. */
  single: 10,
  /** All 64 bits: 2 + 5, a long addition 3, a long shift 3, add, clip, store. */
  singleWide: 16,
  /** The same, then the second rounding: 6. */
  double: 22,
  /** Product and addend of 64 bits, a long shift. */
  floor: 15,
  /** The same with a division of 64 bits in software. Estimate. */
  floorDivision: 130,
  /** Double precision in software: conversion 30, product 60, quotient 220, rounding 60, conversion 30. Estimate. */
  realEven: 400,
} as const;

/**
 * Of how much of some work cycles are counted: of the slowest core's whole pieces, or of an even share, which no
 * way to cut the work beats.
 */
export type Share = 'slowest' | 'even';

/** A core's part of `count` pieces of work. */
export function ownShare(count: number, share: Share): number {
  return share === 'even' ? count / workers : Math.ceil(count / workers);
}

const measured = 'measured on the open cycle model of the SoC family, 8 cores, data in L1';
const counted = 'instruction count of the kernel on RI5CY with Xpulp, not measured';

/** The figures above that reports should show. */
export const clusterAssumptions: readonly Assumption[] = [
  { name: 'cluster: cores', value: workers, unit: 'cores', source: 'vendor' },
  { name: 'cluster: 4×2 product step', value: costs.step, unit: 'cycles per 32 MAC', source: measured },
  { name: 'cluster: block of four channels', value: costs.block, unit: 'cycles', source: measured },
  { name: 'cluster: pair of pixels', value: costs.pair, unit: 'cycles', source: measured },
  { name: 'cluster: window word', value: costs.windowWord, unit: 'cycles', source: measured },
  {
    name: 'cluster: depthwise step',
    value: costs.depthwise.step,
    unit: 'cycles per 36 MAC',
    source: measured,
  },
  {
    name: 'cluster: depthwise step, stride 2',
    value: costs.depthwise.stridedStep,
    unit: 'cycles per 36 MAC',
    source: counted,
  },
  {
    name: 'cluster: residual addition',
    value: costs.addElement,
    unit: 'cycles per element',
    source: measured,
  },
  { name: 'cluster: average pool', value: costs.poolTap, unit: 'cycles per tap', source: measured },
  { name: 'cluster: largest pool', value: costs.largestTap, unit: 'cycles per four taps', source: counted },
  { name: 'cluster: sign change', value: costs.signWord, unit: 'cycles per four elements', source: counted },
  {
    name: 'cluster: scaling by shift',
    value: scalingCycles.shift,
    unit: 'cycles per element',
    source: measured,
  },
  { name: 'cluster: scaling, one rounding', value: scalingCycles.single, unit: 'cycles', source: counted },
  { name: 'cluster: scaling, two roundings', value: scalingCycles.double, unit: 'cycles', source: counted },
  { name: 'cluster: scaling, real', value: scalingCycles.realEven, unit: 'cycles', source: counted },
];
