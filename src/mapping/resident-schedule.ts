import type { LayoutChoice } from '../target/target.ts';
import { wholeTile } from '../target/tiling.ts';
import type { Offer, OperandPlan, Schedule } from './candidates.ts';

const resident: OperandPlan = { mode: 'resident' };

/** The schedule of a region as one tile, on operands that lie whole in memories that its module reaches. */
export function residentSchedule({ region, module, pattern }: Offer, layouts: LayoutChoice): Schedule {
  const call = { region, layouts, tile: wholeTile };
  const scratch = pattern.scratch?.(call) ?? [];
  const bytes: Record<string, number> = {};
  for (const need of scratch) bytes[need.memory] = (bytes[need.memory] ?? 0) + need.bytes;
  return {
    tile: {},
    order: [],
    inputs: region.inputs.map(() => resident),
    constants: pattern.pack ? [resident] : region.constants.map(() => resident),
    outputs: region.outputs.map(() => resident),
    layouts,
    cycles: pattern.cycles(call) + (pattern.dispatchCycles?.(call) ?? module.dispatchCycles),
    scratch,
    overlaps: pattern.overlaps?.(call) ?? [],
    bytes,
  };
}
