import { linkBetween, transferCycles, wholeTile, type Target, type Value } from 'match-compiler';
import type { RegionOption } from './options.ts';
import type { StageProblem } from './stage-builder.ts';
import type { Lifetimes } from './states.ts';

/** Cycles to fetch all constants of a region in one go. */
export function fetchCycles({ offer, layouts }: RegionOption, target: Target): number {
  const { pattern, region, module } = offer;
  const link = linkBetween(target, target.homes.constants, module.operands.constants);
  if (!link || module.operands.constants === target.homes.constants) return 0;
  const operands = pattern.tiling?.(region, layouts).constants ?? [];
  return operands.reduce((sum, { bytes }) => sum + transferCycles(link, 1, bytes), 0);
}

/**
 * Does everything fit at once: at each region all tensors that are alive, its own constants and those of the
 * next one whole, and the scratch of any module? Then nothing is gained by keeping a tensor at home.
 */
export function fitsWhole(
  { regions, target, usable }: Pick<StageProblem, 'regions' | 'target' | 'usable'>,
  lifetimes: Lifetimes,
): boolean {
  const memories = new Set(regions.flatMap(({ options }) => options.flatMap(({ near }) => near ?? [])));
  for (const memory of memories) {
    const capacity = (target.memories[memory]?.bytes ?? 0) * usable;
    const alive = new Set<Value>();
    for (const [i, { inputs, outputs }] of regions.entries()) {
      for (const value of [...inputs, ...outputs]) alive.add(lifetimes.source(value));
      let bytes =
        ownBytes(regions[i]?.options ?? [], memory) + ownBytes(regions[i + 1]?.options ?? [], memory);
      for (const value of alive) bytes += lifetimes.bytes(value, memory);
      if (bytes > capacity) return false;
      for (const value of [...alive]) if (!lifetimes.readAfter(value, i)) alive.delete(value);
    }
  }
  return true;
}

/** Constants and scratch of the module that needs most. */
function ownBytes(options: readonly RegionOption[], memory: string): number {
  return Math.max(
    0,
    ...options.map(({ offer: { region, pattern, module }, layouts, near }) => {
      if (near !== memory) return 0;
      // Weights may have a memory of their own.
      const beside = module.operands.constants === memory;
      const constants = beside ? (pattern.tiling?.(region, layouts).constants ?? []) : [];
      const scratch = pattern.scratch?.({ region, layouts, tile: wholeTile }) ?? [];
      return (
        constants.reduce((sum, { bytes, guardBytes = 0 }) => sum + bytes + guardBytes, 0) +
        scratch.reduce((sum, need) => sum + need.bytes, 0)
      );
    }),
  );
}
