import type { Buffer, BufferOverlap } from '../program/program.ts';
import { meetingByte, type Access } from './jobs-under-way.ts';

/** Operands of one call that share bytes which they may not share. */
export interface OverlapFault {
  readonly message: string;
  readonly buffers: readonly Buffer[];
}

/** The operands of one call or transfer. */
export interface StepAccesses {
  readonly reads: readonly Access[];
  readonly outputs: readonly Access[];
  readonly scratch: readonly Access[];
  readonly overlaps: readonly BufferOverlap[];
}

/** Operands of one step may meet only where the kernel reads ahead of what it writes. */
export function overlapFaults(
  { reads, outputs, scratch, overlaps }: StepAccesses,
  name: string,
  baseOf: (buffer: Buffer) => number,
): OverlapFault[] {
  const faults: OverlapFault[] = [];
  const writes = [...outputs, ...scratch];
  writes.forEach((write, i) => {
    for (const other of writes.slice(0, i)) {
      if (other.buffer !== write.buffer && meetingByte(write, other) !== undefined) {
        faults.push({
          message: `${name} writes ${other.buffer.name} and ${write.buffer.name} to the same bytes`,
          buffers: [other.buffer, write.buffer],
        });
      }
    }
    for (const read of reads) {
      // In and out in one buffer: the program's own decision, no matter of placement.
      if (read.buffer === write.buffer || meetingByte(read, write) === undefined) continue;
      const allowed = overlaps.filter(
        ({ input, output }) => input === read.buffer && output === write.buffer,
      );
      const uses = reads.filter((access) => access.buffer === read.buffer).length;
      const pair = [read.buffer, write.buffer];
      if (allowed.length < uses || i >= outputs.length) {
        const message = `${name} writes ${write.buffer.name} over ${read.buffer.name}, which it reads`;
        faults.push({ message, buffers: pair });
        continue;
      }
      const lead = Math.max(...allowed.map((overlap) => overlap.lead));
      const between = baseOf(read.buffer) - baseOf(write.buffer);
      const distance = Math.min(between, read.address - write.address);
      if (distance >= lead) continue;
      faults.push({
        message: `${read.buffer.name} is ${distance} bytes ahead of ${write.buffer.name}, and ${name} needs ${lead}`,
        buffers: pair,
      });
    }
  });
  return faults;
}
