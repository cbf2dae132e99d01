import {
  operandBox,
  tilesOf,
  wholeTile,
  type LayoutChoice,
  type Offer,
  type OperandPlan,
  type Schedule,
  type Scratch,
  type Target,
  type TiledOperand,
  type Tiling,
} from 'match-compiler';

/** What the tiles of a schedule take in the memories of their module. */
export interface TileBuffers {
  readonly plans: Pick<Schedule, 'inputs' | 'constants' | 'outputs'>;
  readonly scratch: readonly Scratch[];
  readonly bytes: Readonly<Record<string, number>>;
}

/** A way to cut a region. */
export interface TileChoice {
  readonly layouts: LayoutChoice;
  readonly tiling: Tiling;
  readonly tile: Schedule['tile'];
  readonly order: readonly string[];
}

/**
 * Buffers with every operand passing through tile buffers of its own, and scratch; undefined where they do not fit.
 *
 * @param doubled two buffers for operands that change from tile to tile
 */
export function tileBuffers(
  { region, module, pattern }: Offer,
  { layouts, tiling, tile, order }: TileChoice,
  target: Target,
  doubled = false,
): TileBuffers | undefined {
  const near = module.operands.activations;
  const tiles = tilesOf({ tile, order }, tiling, wholeTile);
  const bytes: Record<string, number> = {};
  const add = (memory: string, own: number, alignment = 1): void => {
    const step = Math.max(alignment, target.memories[memory]?.alignment ?? 1);
    bytes[memory] = (bytes[memory] ?? 0) + step * Math.ceil(own / step);
  };
  const planFor = (operand: TiledOperand, memory: string): OperandPlan => {
    const changes = operand.axes.some(
      ({ dimension }) => dimension !== undefined && order.includes(dimension),
    );
    const buffers = doubled && changes ? 2 : 1;
    const largest = Math.max(...tiles.map((each) => operandBox(operand, each).bytes));
    for (let i = 0; i < buffers; i++) add(memory, largest + (operand.guardBytes ?? 0));
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
  for (const need of scratch) add(need.memory, need.bytes, need.alignment);
  const fits = Object.entries(bytes).every(
    ([memory, own]) => own <= (target.memories[memory]?.bytes ?? Infinity),
  );
  return fits ? { plans, scratch, bytes } : undefined;
}
