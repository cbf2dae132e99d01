import { linkBetween, transferCycles, type Target } from 'match-compiler';
import type { RegionOption } from './options.ts';

/** Cycles to fetch all constants of a region in one go. */
export function fetchCycles({ offer, layouts }: RegionOption, target: Target): number {
  const { pattern, region, module } = offer;
  const link = linkBetween(target, target.homes.constants, module.operands.constants);
  if (!link || module.operands.constants === target.homes.constants) return 0;
  const operands = pattern.tiling?.(region, layouts).constants ?? [];
  return operands.reduce((sum, { bytes }) => sum + transferCycles(link, 1, bytes), 0);
}
