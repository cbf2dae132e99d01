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
  | ({ readonly kind: 'kernel'; readonly instruction: KernelInstruction } & Operands)
  | {
      readonly kind: 'transfer';
      readonly instruction: TransferInstruction;
      readonly from: ConcreteSlice;
      readonly to: ConcreteSlice;
    }
  | { readonly kind: 'wait'; readonly instruction: WaitInstruction };

/**
 * The program as it runs: loops unrolled, offsets known. The checker, the clock and the pictures all walk
 * this one sequence.
 */
export function expand(program: Program): readonly Step[] {
  const steps: Step[] = [];
  const walk = (body: readonly Instruction[], iteration: ReadonlyMap<string, number>): void => {
    const place = (slice: Slice): ConcreteSlice => ({ ...slice, offset: offsetAt(slice, iteration) });
    for (const instruction of body) {
      switch (instruction.kind) {
        case 'loop':
          for (let i = 0; i < instruction.count; i++) {
            walk(instruction.body, new Map([...iteration, [instruction.name, i]]));
          }
          break;
        case 'call':
        case 'launch':
          steps.push({
            kind: 'kernel',
            instruction,
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
    }
  };
  walk(program.body, new Map());
  return steps;
}

function offsetAt({ offset }: Slice, iteration: ReadonlyMap<string, number>): number {
  return offset.terms.reduce((sum, { loop, step }) => sum + step * (iteration.get(loop) ?? 0), offset.base);
}
