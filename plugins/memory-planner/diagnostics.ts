import { MatchError, type Buffer } from 'match-compiler';

export const unknownMemory = (buffer: Buffer, target: string): MatchError =>
  new MatchError({
    code: 'MEMORY_UNKNOWN',
    message: `buffer ${buffer.name} is in ${buffer.memory}, which ${target} does not have`,
    ...(buffer.value && { loc: { tensor: buffer.value.name } }),
    hint: 'the modules and homes of a target must name its own memory levels',
  });

export const readOnlyMemory = (buffer: Buffer, target: string): MatchError =>
  new MatchError({
    code: 'MEMORY_READ_ONLY',
    message: `buffer ${buffer.name} is written, but ${buffer.memory} of ${target} is read-only`,
    ...(buffer.value && { loc: { tensor: buffer.value.name } }),
    hint: 'keep activations and scratch in a read-write level',
  });
