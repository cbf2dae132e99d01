import { locationOf, MatchError, type Instruction, type Node } from 'match-compiler';

/** This plugin writes synchronous calls; a platform with queues or DMA brings its own. */
export const instructionUnsupported = (kind: Instruction['kind'], target: string): MatchError =>
  new MatchError({
    code: 'EMIT_INSTRUCTION_UNSUPPORTED',
    message: `plain C has no ${kind}, which the program for ${target} asks for`,
    hint: 'the target needs a plugin that emits C for its platform',
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
