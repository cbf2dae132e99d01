import {
  locationOf,
  MatchError,
  type Instruction,
  type Node,
  type Slice,
  type TransferInstruction,
} from 'match-compiler';

/** Queues and transfers are the runtime's of a platform. */
export const instructionUnsupported = (kind: Instruction['kind'], target: string): MatchError =>
  new MatchError({
    code: 'EMIT_INSTRUCTION_UNSUPPORTED',
    message: `plain C has no ${kind}, which the program for ${target} asks for`,
    hint: 'a platform of the target must bring a runtime, as simulatorPlatform() of match-compiler/plugins/simulator does',
  });

export const kernelMissingOperand = (node: Node, parameter: string): MatchError =>
  new MatchError({
    code: 'KERNEL_INVALID',
    message: `the kernel asks for '${parameter}', which its region does not have`,
    loc: locationOf(node),
    hint: 'this is a fault of the target that the kernel belongs to',
  });

export const kernelUnnamed = (node: Node, template: string): MatchError =>
  new MatchError({
    code: 'KERNEL_INVALID',
    message: `the template ${template} fills in its own $name or $parameters`,
    loc: locationOf(node),
    hint: 'both are filled in by the emitter',
  });

/** A copy that no channel of the target can carry out. */
export const transferShapeUnsupported = ({ from, to }: TransferInstruction, target: string): MatchError => {
  const text = ({ buffer, rowBytes, rows, planes }: Slice): string =>
    `${planes?.count ?? 1} x ${rows} x ${rowBytes} bytes of ${buffer.name} in ${buffer.memory}`;
  return new MatchError({
    code: 'EMIT_TRANSFER_UNSUPPORTED',
    message: `${target} cannot copy ${text(from)} to ${text(to)}`,
    hint: 'both sides need the same number of bytes in a common shape of planes and rows, and a link between them',
  });
};
