import {
  ops,
  pattern,
  type KernelCall,
  type KernelInstance,
  type ModulePattern,
  type Region,
} from 'match-compiler';
import { mixedLayouts } from '../../layout-choices.ts';
import { requantizesAlong } from '../../requantization.ts';
import { averagePool } from './average-pool.ts';
import { lpPool } from './lp-pool.ts';
import { maxPool } from './max-pool.ts';
import { maxPoolIndices } from './max-pool-indices.ts';
import { sumPool } from './sum-pool.ts';
import { poolCycles, poolOverlaps, type PoolPositions } from './window-nest.ts';

export type { PoolPositions } from './window-nest.ts';

const common = {
  layouts: (region: Region) => mixedLayouts(region),
  cycles: poolCycles,
  overlaps: poolOverlaps,
} satisfies Partial<ModulePattern>;

/** Largest element of each window. */
export const maxPoolPattern: ModulePattern = {
  name: 'max_pool2d',
  pattern: pattern.op(ops.maxPool2d, { as: 'pool' }),
  ...common,
  kernel: { instantiate: (call) => maxPool(call) },
};

/** Largest element of each window with its place, in the layouts that its two results share. */
export const maxPoolIndicesPattern: ModulePattern = {
  name: 'max_pool2d_indices',
  pattern: pattern.op(ops.maxPool2dIndices, { as: 'pool' }),
  layouts: common.layouts,
  cycles: poolCycles,
  kernel: { instantiate: maxPoolIndices },
};

/** Lp norm of each window. */
export const lpPoolPattern: ModulePattern = {
  name: 'lp_pool2d',
  pattern: pattern.op(ops.lpPool2d, { as: 'pool' }),
  ...common,
  kernel: { instantiate: lpPool },
};

/** Mean of each window. */
export const averagePoolPattern: ModulePattern = {
  name: 'average_pool2d',
  pattern: pattern.op(ops.averagePool2d, { as: 'pool' }),
  ...common,
  kernel: { instantiate: (call) => averagePool(call) },
};

const sum = pattern.op(ops.sumPool2d, { as: 'pool' });

/** Sum of each window, alone or with the requantize that makes it a mean. */
export const sumPoolPattern: ModulePattern = {
  name: 'sum_pool2d',
  pattern: pattern.oneOf(pattern.op(ops.requantize, { inputs: [sum] }), sum),
  constraints: [(region) => requantizesAlong(region.root, 1)],
  ...common,
  kernel: { instantiate: (call) => sumPool(call) },
};

/**
 * The kernel of one of these pools for operands in an order of their own: `positions` gives it, from the index that the
 * call's layouts make. Undefined for other patterns.
 */
export function poolAt(
  pattern: string,
  positions: PoolPositions,
): ((call: KernelCall) => KernelInstance) | undefined {
  const make = { max_pool2d: maxPool, average_pool2d: averagePool, sum_pool2d: sumPool }[pattern];
  return make && ((call) => make(call, positions));
}
