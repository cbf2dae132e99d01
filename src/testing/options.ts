import type { Sample } from './sample-builder.ts';

/** What `testTarget` is to do. */
export interface TestTargetOptions {
  /** Only these patterns, as `module.pattern` or `module`. Default: all. */
  readonly patterns?: readonly string[];
  /** Samples of your own, for patterns that those of the catalogue do not reach. */
  readonly samples?: readonly Sample[];
  /**
   * Samples per pattern at most. Default: 10 for patterns whose kernels get arguments, or that pack or tile, 5 for
   * functions that are made for their shapes.
   */
  readonly samplesPerPattern?: number;
  /** Default: 1. */
  readonly seed?: number;
  /** Run with address and undefined-behaviour sanitizers as well. Default: true. */
  readonly sanitize?: boolean;
  /** End with the first stage that finds a fault. Default: false. */
  readonly failFast?: boolean;
  /** Told what is being done. */
  readonly progress?: (text: string) => void;
}
