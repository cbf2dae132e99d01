import { linkBetween } from '../target/transfer.ts';
import { expand, type ConcreteSlice, type Step } from './expand.ts';
import type { Buffer, Instruction, KernelInstruction, Program } from './program.ts';

/** The rules of a program, before any address is known; an empty list when all hold. */
export function verifyProgram(program: Program): readonly string[] {
  const faults = [...bufferFaults(program), ...instructionFaults(program)];
  const known = new Set<Buffer>(program.buffers);
  const pending = new Set<string>();
  for (const step of expand(program)) {
    const { token } = step.instruction;
    if (step.kind === 'wait') {
      if (!pending.delete(token)) faults.push(`a wait names ${token}, which is not under way`);
      continue;
    }
    for (const slice of slicesOf(step)) {
      if (!known.has(slice.buffer)) faults.push(`${token} uses unknown buffer ${slice.buffer.name}`);
      const [first, end] = extentOf(slice);
      if (first < 0 || end > slice.buffer.bytes) {
        faults.push(
          `${token} reaches bytes ${first} to ${end} of ${slice.buffer.name}, which has ${slice.buffer.bytes}`,
        );
      }
    }
    if (step.instruction.kind === 'call') continue;
    if (pending.has(token)) faults.push(`${token} is started twice without a wait`);
    pending.add(token);
  }
  for (const token of pending) faults.push(`nothing waits for ${token}`);
  return faults;
}

function bufferFaults({ buffers, bufferOf, mapping: { graph, target } }: Program): string[] {
  const faults: string[] = [];
  const names = new Set<string>();
  for (const { name, bytes, memory, alignment } of buffers) {
    if (names.has(name)) faults.push(`two buffers are named ${name}`);
    names.add(name);
    if (!Number.isSafeInteger(bytes) || bytes < 0) faults.push(`buffer ${name} has ${bytes} bytes`);
    if (!Object.hasOwn(target.memories, memory)) faults.push(`buffer ${name} is in unknown ${memory}`);
    if (!Number.isInteger(Math.log2(alignment)))
      faults.push(`buffer ${name} is aligned to ${alignment} bytes`);
  }
  for (const value of [...graph.inputs, ...graph.outputs]) {
    if (!bufferOf.has(value)) faults.push(`%${value.name} has no buffer`);
  }
  return faults;
}

/** Rules that hold for an instruction in all of its iterations. */
function instructionFaults({ body, mapping: { target } }: Program): string[] {
  const faults: string[] = [];
  const walk = (instructions: readonly Instruction[], loops: readonly string[]): void => {
    for (const instruction of instructions) {
      if (instruction.kind === 'loop') {
        const { name, count } = instruction;
        if (loops.includes(name)) faults.push(`loop ${name} is within a loop of that name`);
        if (!Number.isSafeInteger(count) || count < 1) faults.push(`loop ${name} runs ${count} times`);
        walk(instruction.body, [...loops, name]);
        continue;
      }
      if (instruction.kind === 'wait') continue;
      const { token } = instruction;
      const slices =
        instruction.kind === 'transfer'
          ? [instruction.from, instruction.to]
          : [...instruction.inputs, ...instruction.constants, ...instruction.outputs, ...instruction.scratch];
      for (const { buffer, offset, rowBytes, rows, planes } of slices) {
        if ([rowBytes, rows, planes?.count ?? 1].some((n) => !Number.isSafeInteger(n) || n < 0))
          faults.push(`${token} uses ${rows} rows of ${rowBytes} bytes of ${buffer.name}`);
        for (const { loop } of offset.terms) {
          if (!loops.includes(loop)) faults.push(`${token} grows with ${loop}, a loop that it is not in`);
        }
      }
      const written =
        instruction.kind === 'transfer' ? [instruction.to] : [...instruction.outputs, ...instruction.scratch];
      for (const { buffer } of written) {
        if (buffer.role === 'constant') faults.push(`${token} writes the constant ${buffer.name}`);
      }
      if (instruction.kind === 'transfer') {
        const { from, to } = instruction;
        if (bytesOf(from) !== bytesOf(to))
          faults.push(`${token} copies ${bytesOf(from)} bytes to a place of ${bytesOf(to)}`);
        if (!linkBetween(target, from.buffer.memory, to.buffer.memory)) {
          faults.push(
            `${token} copies from ${from.buffer.memory} to ${to.buffer.memory}, which no link joins`,
          );
        }
      } else {
        faults.push(...kernelFaults(instruction));
      }
    }
  };
  walk(body, []);
  return faults;
}

function kernelFaults({ kind, token, region, cycles, dispatchCycles }: KernelInstruction): string[] {
  const faults: string[] = [];
  const { module, pattern } = region;
  const name = `${module.name}.${pattern.name}`;
  if (![cycles, dispatchCycles].every((n) => Number.isFinite(n) && n >= 0))
    faults.push(`${token} costs ${cycles} cycles and ${dispatchCycles} to hand over`);
  if (kind === 'call') return faults;
  if (module.queueDepth === 0) faults.push(`${token} is launched, but ${module.name} takes no jobs`);
  if (pattern.synchronous) faults.push(`${token} is launched, but ${name} needs the controller`);
  if (pattern.kernel.kind !== 'job') faults.push(`${token} is launched, but ${name} has no job kernel`);
  return faults;
}

function bytesOf({ rowBytes, rows, planes }: Pick<ConcreteSlice, 'rowBytes' | 'rows' | 'planes'>): number {
  return rowBytes * rows * (planes?.count ?? 1);
}

/** First byte and end of a slice; nothing for an empty one. */
function extentOf({ offset, rowBytes, rows, rowStride, planes }: ConcreteSlice): readonly [number, number] {
  const { count, stride } = planes ?? { count: 1, stride: 0 };
  if (rowBytes * rows * count === 0) return [0, 0];
  const reach = [(rows - 1) * rowStride, (count - 1) * stride];
  const below = reach.reduce((sum, n) => sum + Math.min(0, n), 0);
  const above = reach.reduce((sum, n) => sum + Math.max(0, n), 0);
  return [offset + below, offset + above + rowBytes];
}

function slicesOf(step: Exclude<Step, { kind: 'wait' }>): readonly ConcreteSlice[] {
  return step.kind === 'transfer'
    ? [step.from, step.to]
    : [...step.inputs, ...step.constants, ...step.outputs, ...step.scratch];
}
