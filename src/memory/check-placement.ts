import type { Buffer } from '../program/program.ts';
import { bytesOf } from '../ir/data-type.ts';
import type { MemoryPlan, PlacedProgram } from './placed-program.ts';
import type { PlanFault, PlanRule } from './plan-fault.ts';

/** The rules that need no walk through the program: offsets, alignment, sizes, and the plan's own figures. */
export function checkPlacement(placed: PlacedProgram): PlanFault[] {
  const { program, offsets, plans } = placed;
  const { memories } = program.mapping.target;
  const faults: PlanFault[] = [];
  const fault = (rule: PlanRule, message: string, buffers: readonly Buffer[] = []): void => {
    faults.push({ rule, message, buffers });
  };

  const planOf = new Map<string, MemoryPlan>();
  for (const plan of plans) {
    if (planOf.has(plan.memory)) fault('figures', `${plan.memory} is planned twice`);
    planOf.set(plan.memory, plan);
  }

  const known = new Set(program.buffers);
  for (const buffer of offsets.keys()) {
    if (!known.has(buffer))
      fault('placement', `${buffer.name} is placed but no part of the program`, [buffer]);
  }

  for (const buffer of program.buffers) {
    const { name, memory } = buffer;
    const offset = offsets.get(buffer);
    const level = Object.hasOwn(memories, memory) ? memories[memory] : undefined;
    const plan = planOf.get(memory);
    const owned = ownedByProgram(buffer, placed);
    if (!level) fault('placement', `${name} is in ${memory}, which the target does not have`, [buffer]);
    else if (!plan) fault('placement', `${memory}, where ${name} is, has no plan`, [buffer]);
    if (!owned && offset !== undefined) {
      const whose = buffer.role === 'constant' ? 'a constant' : "the caller's";
      fault('placement', `${name} is ${whose} but placed in the arena of ${memory}`, [buffer]);
    }
    if (!owned || offset === undefined || !level || !plan) continue;
    if (level.access === 'read-only') {
      fault('placement', `${name} is written but placed in read-only ${memory}`, [buffer]);
    }
    const alignment = Math.max(buffer.alignment, level.alignment);
    if (!Number.isSafeInteger(offset) || offset < 0) {
      fault('bounds', `${name} is at offset ${offset} of ${memory}`, [buffer]);
    } else if (offset % alignment !== 0) {
      fault('alignment', `${name} is at offset ${offset}, no multiple of ${alignment}`, [buffer]);
    }
    if (offset + buffer.bytes > plan.arenaBytes) {
      const end = offset + buffer.bytes;
      fault('bounds', `${name} ends at ${end}, outside the arena of ${plan.arenaBytes} bytes`, [buffer]);
    }
  }

  for (const plan of plans) checkFigures(plan, placed, fault);
  return faults;
}

/** Is this buffer to be in the arena? Recomputed here: the checker shares nothing with the planner. */
export function ownedByProgram(buffer: Buffer, { io }: PlacedProgram): boolean {
  switch (buffer.role) {
    case 'constant':
      return false;
    case 'input':
      return io.inputs !== 'caller';
    case 'output':
      return io.outputs !== 'caller';
    default:
      return true;
  }
}

function checkFigures(
  plan: MemoryPlan,
  { program }: PlacedProgram,
  fault: (rule: PlanRule, message: string) => void,
): void {
  const { memory, arenaBytes, constantBytes, bound } = plan;
  for (const [name, figure] of [
    ['arena', arenaBytes],
    ['constants', constantBytes],
    ['lower bound', bound.lowerBound],
    ['peak', plan.peakLiveBytes],
  ] as const) {
    if (!Number.isSafeInteger(figure) || figure < 0)
      fault('figures', `the ${name} of ${memory}: ${figure} bytes`);
  }
  if (bound.lowerBound > arenaBytes) {
    fault('figures', `${memory} claims to need ${bound.lowerBound} bytes and uses ${arenaBytes}`);
  }
  if (bound.optimal !== (bound.lowerBound === arenaBytes)) {
    fault(
      'figures',
      `${memory} claims to be ${bound.optimal ? '' : 'not '}optimal at ${arenaBytes} bytes, at least ${bound.lowerBound}`,
    );
  }
  const stored = storedConstantBytes(program.buffers.filter((buffer) => buffer.memory === memory));
  if (constantBytes < stored) {
    fault('figures', `${memory} has ${stored} bytes of constants, not ${constantBytes}`);
  }
  const capacity = program.mapping.target.memories[memory]?.bytes ?? 0;
  if (arenaBytes + stored > capacity) {
    const parts =
      stored > 0
        ? `an arena of ${arenaBytes} and constants of ${stored} bytes`
        : `an arena of ${arenaBytes} bytes`;
    fault('capacity', `${memory} has ${capacity} bytes for ${parts}`);
  }
}

/** Bytes of constants where every two that are equal in all respects are stored once. */
function storedConstantBytes(buffers: readonly Buffer[]): number {
  const distinct = new Set<string>();
  let bytes = 0;
  for (const buffer of buffers) {
    if (buffer.role !== 'constant') continue;
    const { content, layout, value } = buffer;
    if (content) {
      const raw = content instanceof Uint8Array ? content : bytesOf(content.data);
      const type = [value?.type.dtype, value?.type.shape, layout, buffer.bytes, buffer.alignment];
      const key = `${JSON.stringify(type)} ${contentKey(raw)}`;
      if (distinct.has(key)) continue;
      distinct.add(key);
    }
    bytes += buffer.bytes;
  }
  return bytes;
}

/** Whole content as a key: slow for megabytes, but beyond doubt. */
function contentKey(bytes: Uint8Array): string {
  return globalThis.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
