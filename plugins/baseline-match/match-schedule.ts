import type { Offer, Schedule, Target } from 'match-compiler';
import { matchLatency } from './cost-model.ts';
import { matchLayer } from './layer.ts';
import { lomaMappings } from './loma.ts';
import type { RuntimeCosts } from './runtime-costs.ts';
import { tileBuffers, type TileBuffers } from './tile-buffers.ts';

/**
 * The schedule that MATCH's search finds for an offer, `cycles` being the latency that its own model predicts;
 * undefined where no pattern of MATCH's takes the region or no tile fits. Every operand passes through tile buffers:
 * two on the cluster (but for additions), one on accelerators.
 */
export function matchSchedule(offer: Offer, target: Target, runtime: RuntimeCosts): Schedule | undefined {
  const layer = matchLayer(offer);
  if (!layer) return undefined;
  const { tiling, layouts, engine, kind } = layer;
  const doubled = engine === 'cluster' && kind !== 'add';
  const known = new Map<string, TileBuffers | undefined>();
  const buffersOf = (tile: Schedule['tile'], order: readonly string[]): TileBuffers | undefined => {
    // The order does not change what a tile needs.
    const key = JSON.stringify(Object.entries(tile).sort());
    if (!known.has(key))
      known.set(key, tileBuffers(offer, { layouts, tiling, tile, order }, target, doubled));
    return known.get(key);
  };
  let best: Schedule | undefined;
  for (const { tile, order, shape } of lomaMappings(layer, (...way) => buffersOf(...way) !== undefined)) {
    const cycles = matchLatency(layer, shape, runtime);
    const buffers = buffersOf(tile, order);
    if (!buffers || (best && cycles >= best.cycles)) continue;
    const { plans, scratch, bytes } = buffers;
    best = { tile, order, ...plans, layouts, cycles, scratch, overlaps: [], bytes };
  }
  return best;
}
