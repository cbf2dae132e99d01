import type { Tile, TileRange } from '../target/tiling.ts';
import type {
  Instruction,
  KernelInstruction,
  Slice,
  TransferInstruction,
  WaitInstruction,
  Program,
} from './program.ts';

/** A slice at a known byte offset of its buffer. */
export interface ConcreteSlice extends Omit<Slice, 'offset'> {
  readonly offset: number;
}

interface Operands {
  readonly inputs: readonly ConcreteSlice[];
  readonly constants: readonly ConcreteSlice[];
  readonly outputs: readonly ConcreteSlice[];
  readonly scratch: readonly ConcreteSlice[];
}

/** One instruction of one iteration. */
export type Step =
  | ({
      readonly kind: 'kernel';
      readonly instruction: KernelInstruction;
      /** The tile of this iteration. */
      readonly tile: Tile;
    } & Operands)
  | {
      readonly kind: 'transfer';
      readonly instruction: TransferInstruction;
      readonly from: ConcreteSlice;
      readonly to: ConcreteSlice;
    }
  | { readonly kind: 'wait'; readonly instruction: WaitInstruction };

/** Index of every loop around an instruction, by name. */
type Iteration = ReadonlyMap<string, number>;

/**
 * The program as it runs: loops unrolled, offsets known. The checker, the clock and the pictures all walk
 * this one sequence.
 */
export function expand(program: Program): readonly Step[] {
  const steps: Step[] = [];
  visit(program.body, new Map(), (instruction, iteration) => {
    const place = (slice: Slice): ConcreteSlice => ({ ...slice, offset: offsetAt(slice, iteration) });
    switch (instruction.kind) {
      case 'call':
      case 'launch':
        steps.push({
          kind: 'kernel',
          instruction,
          tile: tileAt(instruction, iteration),
          inputs: instruction.inputs.map(place),
          constants: instruction.constants.map(place),
          outputs: instruction.outputs.map(place),
          scratch: instruction.scratch.map(place),
        });
        break;
      case 'transfer':
        steps.push({
          kind: 'transfer',
          instruction,
          from: place(instruction.from),
          to: place(instruction.to),
        });
        break;
      case 'wait':
        steps.push({ kind: 'wait', instruction });
    }
  });
  return steps;
}

/** The same instructions without loops. Those outside of loops are the same objects. */
export function unrollLoops(body: readonly Instruction[]): readonly Exclude<Instruction, { kind: 'loop' }>[] {
  const flat: Exclude<Instruction, { kind: 'loop' }>[] = [];
  visit(body, new Map(), (instruction, iteration) => {
    if (iteration.size === 0 || instruction.kind === 'wait') {
      flat.push(instruction);
      return;
    }
    const place = (slice: Slice): Slice => ({
      ...slice,
      offset: { base: offsetAt(slice, iteration), terms: [] },
    });
    if (instruction.kind === 'transfer') {
      flat.push({ ...instruction, from: place(instruction.from), to: place(instruction.to) });
      return;
    }
    const { tileSteps: _, ...kernel } = instruction;
    flat.push({
      ...kernel,
      tile: tileAt(instruction, iteration),
      inputs: instruction.inputs.map(place),
      constants: instruction.constants.map(place),
      outputs: instruction.outputs.map(place),
      scratch: instruction.scratch.map(place),
    });
  });
  return flat;
}

function visit(
  body: readonly Instruction[],
  iteration: Iteration,
  each: (instruction: Exclude<Instruction, { kind: 'loop' }>, iteration: Iteration) => void,
): void {
  for (const instruction of body) {
    if (instruction.kind !== 'loop') {
      each(instruction, iteration);
      continue;
    }
    for (let i = 0; i < instruction.count; i++) {
      visit(instruction.body, new Map([...iteration, [instruction.name, i]]), each);
    }
  }
}

function offsetAt({ offset }: Slice, iteration: Iteration): number {
  return offset.terms.reduce((sum, { loop, step }) => sum + step * (iteration.get(loop) ?? 0), offset.base);
}

function tileAt({ tile, tileSteps = [] }: KernelInstruction, iteration: Iteration): Tile {
  if (tileSteps.length === 0) return tile;
  const ranges: Record<string, TileRange> = { ...tile.ranges };
  for (const { dimension, loop, step } of tileSteps) {
    const range = ranges[dimension];
    if (range) ranges[dimension] = { ...range, start: range.start + step * (iteration.get(loop) ?? 0) };
  }
  return { ranges };
}
