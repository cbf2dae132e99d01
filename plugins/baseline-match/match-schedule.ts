import {
  operandBox,
  tilesOf,
  wholeTile,
  type Offer,
  type OperandPlan,
  type Schedule,
  type Scratch,
  type Target,
  type TiledOperand,
} from 'match-compiler';
import { matchLatency } from './cost-model.ts';
import { matchLayer, type MatchLayer } from './layer.ts';
import { lomaMappings } from './loma.ts';
import type { RuntimeCosts } from './runtime-costs.ts';

interface Buffers {
  readonly plans: Pick<Schedule, 'inputs' | 'constants' | 'outputs'>;
  readonly scratch: readonly Scratch[];
  readonly bytes: Readonly<Record<string, number>>;
}

/**
 * The schedule that MATCH's search finds for an offer, `cycles` being the latency that its own model predicts;
 * undefined where no pattern of MATCH's takes the region or no tile fits. Every operand passes through tile buffers:
 * two on the cluster (but for additions), one on NE16.
 */
export function matchSchedule(offer: Offer, target: Target, runtime: RuntimeCosts): Schedule | undefined {
  const layer = matchLayer(offer);
  if (!layer) return undefined;
  const known = new Map<string, Buffers | undefined>();
  const buffersOf = (tile: Schedule['tile'], order: readonly string[]): Buffers | undefined => {
    // The order does not change what a tile needs.
    const key = JSON.stringify(Object.entries(tile).sort());
    if (!known.has(key)) known.set(key, buffersFor(offer, layer, target, tile, order));
    return known.get(key);
  };
  let best: Schedule | undefined;
  for (const { tile, order, shape } of lomaMappings(layer, (...way) => buffersOf(...way) !== undefined)) {
    const cycles = matchLatency(layer, shape, runtime);
    const buffers = buffersOf(tile, order);
    if (!buffers || (best && cycles >= best.cycles)) continue;
    const { plans, scratch, bytes } = buffers;
    best = { tile, order, ...plans, layouts: layer.layouts, cycles, scratch, overlaps: [], bytes };
  }
  return best;
}

/** Buffers and scratch of a tile; undefined where they do not fit. */
function buffersFor(
  { region, module, pattern }: Offer,
  { tiling, layouts, engine, kind }: MatchLayer,
  target: Target,
  tile: Schedule['tile'],
  order: readonly string[],
): Buffers | undefined {
  const near = module.operands.activations;
  const { bytes: capacity = 0, alignment = 1 } = target.memories[near] ?? {};
  const tiles = tilesOf({ tile, order }, tiling, wholeTile);
  const doubled = engine === 'cluster' && kind !== 'add';
  const bytes: Record<string, number> = {};
  const add = (memory: string, own: number): void => {
    bytes[memory] = (bytes[memory] ?? 0) + own;
  };
  const planFor = (operand: TiledOperand, memory: string): OperandPlan => {
    const changes = operand.axes.some(
      ({ dimension }) => dimension !== undefined && order.includes(dimension),
    );
    const buffers = doubled && changes ? 2 : 1;
    const largest = Math.max(...tiles.map((each) => operandBox(operand, each).bytes));
    add(memory, buffers * aligned(largest + (operand.guardBytes ?? 0), alignment));
    return { mode: 'streamed', buffers };
  };
  const plans = {
    inputs: tiling.inputs.map((operand) => planFor(operand, near)),
    constants: tiling.constants.map((operand) => planFor(operand, module.operands.constants)),
    outputs: tiling.outputs.map((operand) => planFor(operand, near)),
  };
  const scratch: Scratch[] = [];
  for (const each of tiles) {
    (pattern.scratch?.({ region, layouts, tile: each }) ?? []).forEach((need, i) => {
      scratch[i] = { ...need, bytes: Math.max(need.bytes, scratch[i]?.bytes ?? 0) };
    });
  }
  for (const need of scratch) add(need.memory, aligned(need.bytes, Math.max(need.alignment, alignment)));
  return (bytes[near] ?? 0) <= capacity ? { plans, scratch, bytes } : undefined;
}

function aligned(bytes: number, alignment: number): number {
  return alignment * Math.ceil(bytes / alignment);
}
