import {
  operandBox,
  type OperandPlan,
  type Schedule,
  type Target,
  type Tile,
  type TiledOperand,
} from 'match-compiler';
import type { RegionOption } from './options.ts';

/** Where the operands of a region lie that is computed strip by strip. */
export interface StripOperands {
  readonly residentInputs: readonly boolean[];
  readonly residentOutputs: readonly boolean[];
}

/**
 * The schedule of a region whose tiles are given: what is not resident goes through two tile buffers in turn;
 * constants that serve all tiles are fetched once.
 */
export function stripSchedule(
  { offer, layouts }: RegionOption,
  { residentInputs, residentOutputs }: StripOperands,
  tiles: readonly Tile[],
  target: Target,
): Schedule | undefined {
  const { region, module, pattern } = offer;
  const tiling = pattern.tiling?.(region, layouts);
  if (!tiling) return undefined;
  const bytes: Record<string, number> = {};
  const take = (memory: string, size: number, alignment: number): void => {
    bytes[memory] = (bytes[memory] ?? 0) + Math.ceil(size / alignment) * alignment;
  };
  const plan = (operand: TiledOperand, resident: boolean, memory: string, buffers: 1 | 2): OperandPlan => {
    if (resident) return { mode: 'resident' };
    const largest = Math.max(...tiles.map((tile) => operandBox(operand, tile).bytes));
    const alignment = target.memories[memory]?.alignment ?? 1;
    for (let i = 0; i < buffers; i++) take(memory, largest + (operand.guardBytes ?? 0), alignment);
    return { mode: 'streamed', buffers };
  };
  const { activations, constants } = module.operands;
  const twice = tiles.length > 1 ? 2 : 1;
  const inputs = tiling.inputs.map((operand, i) =>
    plan(operand, residentInputs[i] ?? false, activations, twice),
  );
  const outputs = tiling.outputs.map((operand, i) =>
    plan(operand, residentOutputs[i] ?? false, activations, twice),
  );
  const fixed = tiling.constants.map((operand) => {
    const offsets = new Set(tiles.map((tile) => operandBox(operand, tile).offset));
    return plan(operand, false, constants, offsets.size > 1 ? 2 : 1);
  });
  const scratch = largestScratch(tiles.map((tile) => pattern.scratch?.({ region, layouts, tile }) ?? []));
  for (const need of scratch) take(need.memory, need.bytes, need.alignment);
  const cycles = tiles.reduce((sum, tile) => sum + pattern.cycles({ region, layouts, tile }), 0);
  return {
    tile: {},
    order: [],
    inputs,
    constants: fixed,
    outputs,
    layouts,
    cycles,
    scratch,
    overlaps: [],
    bytes,
  };
}

function largestScratch(needs: readonly Schedule['scratch'][]): Schedule['scratch'] {
  const [first = []] = needs;
  return first.map((need, i) => ({
    ...need,
    bytes: Math.max(...needs.map((other) => other[i]?.bytes ?? 0)),
  }));
}
