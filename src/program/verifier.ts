import { expand, type ConcreteSlice, type Step } from './expand.ts';
import type { Buffer, Program } from './program.ts';

/** The rules of a program, before any address is known; an empty list when all hold. */
export function verifyProgram(program: Program): readonly string[] {
  const faults: string[] = [];
  const known = new Set<Buffer>(program.buffers);
  const names = new Set<string>();
  for (const { name, bytes, memory, alignment } of program.buffers) {
    if (names.has(name)) faults.push(`two buffers are named ${name}`);
    names.add(name);
    if (!Number.isSafeInteger(bytes) || bytes < 0) faults.push(`buffer ${name} has ${bytes} bytes`);
    if (!Object.hasOwn(program.mapping.target.memories, memory))
      faults.push(`buffer ${name} is in unknown ${memory}`);
    if (!Number.isInteger(Math.log2(alignment)))
      faults.push(`buffer ${name} is aligned to ${alignment} bytes`);
  }
  const pending = new Set<string>();
  for (const step of expand(program)) {
    if (step.kind === 'wait') {
      if (!pending.delete(step.instruction.token))
        faults.push(`a wait names ${step.instruction.token}, which is not under way`);
      continue;
    }
    for (const slice of slicesOf(step)) {
      if (!known.has(slice.buffer))
        faults.push(`${step.instruction.token} uses unknown buffer ${slice.buffer.name}`);
      const end = slice.offset + (slice.rows - 1) * slice.rowStride + slice.rowBytes;
      if (slice.rows > 0 && (slice.offset < 0 || end > slice.buffer.bytes)) {
        faults.push(
          `${step.instruction.token} reaches byte ${end} of ${slice.buffer.name}, which has ${slice.buffer.bytes}`,
        );
      }
    }
    if (step.instruction.kind === 'call') continue;
    if (pending.has(step.instruction.token))
      faults.push(`${step.instruction.token} is started twice without a wait`);
    pending.add(step.instruction.token);
  }
  for (const token of pending) faults.push(`nothing waits for ${token}`);
  const { graph } = program.mapping;
  for (const value of [...graph.inputs, ...graph.outputs]) {
    if (!program.bufferOf.has(value)) faults.push(`%${value.name} has no buffer`);
  }
  return faults;
}

function slicesOf(step: Exclude<Step, { kind: 'wait' }>): readonly ConcreteSlice[] {
  return step.kind === 'transfer'
    ? [step.from, step.to]
    : [...step.inputs, ...step.constants, ...step.outputs, ...step.scratch];
}
