import { formatLayout } from '../ir/layout.ts';
import type { Buffer, Instruction, KernelInstruction, Program, Slice } from './program.ts';

/** Text form of a program: its buffers, then its instructions. */
export function printProgram(program: Program): string {
  const { graph, target } = program.mapping;
  const lines = [`program ${graph.name} on ${target.name}`, ...program.buffers.map(printBuffer)];
  const walk = (body: readonly Instruction[], indent: string): void => {
    for (const instruction of body) {
      switch (instruction.kind) {
        case 'loop':
          lines.push(`${indent}loop ${instruction.name} × ${instruction.count}`);
          walk(instruction.body, `${indent}  `);
          break;
        case 'call':
        case 'launch':
          lines.push(`${indent}${printKernel(instruction)}`);
          break;
        case 'transfer': {
          const { token, from, to, region } = instruction;
          const reason = region ? ` for @${region.id}` : '';
          lines.push(`${indent}transfer ${token} ${printSlice(from)} → ${printSlice(to)}${reason}`);
          break;
        }
        case 'wait':
          lines.push(`${indent}wait ${instruction.token}`);
      }
    }
  };
  walk(program.body, '  ');
  return `${lines.join('\n')}\n`;
}

function printBuffer({ name, role, bytes, memory, layout, packed }: Buffer): string {
  const order = layout ? ` ${formatLayout(layout)}` : '';
  const owner = packed ? ` of @${packed.id} for ${packed.module.name}.${packed.pattern.name}` : '';
  return `  buffer ${name}: ${role} ${bytes} bytes in ${memory}${order}${owner}`;
}

/** `launch t0 ne16.conv2d @3 oy 0+4 + 4·i0 (…) → … cycles 1200 + 246`. */
function printKernel(instruction: KernelInstruction): string {
  const { kind, token, region, cycles, dispatchCycles } = instruction;
  const { module, pattern } = region;
  const reads = [...instruction.inputs, ...instruction.constants].map(printSlice).join(', ');
  const writes = [...instruction.outputs, ...instruction.scratch].map(printSlice).join(', ');
  const tile = printTile(instruction);
  return [
    `${kind} ${token} ${module.name}.${pattern.name} @${region.id}`,
    ...(tile ? [tile] : []),
    `(${reads}) → ${writes} cycles ${cycles}${dispatchCycles > 0 ? ` + ${dispatchCycles}` : ''}`,
  ].join(' ');
}

function printTile({ tile, tileSteps = [] }: KernelInstruction): string {
  const ranges = Object.entries(tile.ranges).map(([dimension, { start, extent }]) => {
    const steps = tileSteps.filter((step) => step.dimension === dimension);
    const at = [String(start), ...steps.map(({ loop, step }) => `${step}·${loop}`)].join(' + ');
    return `${dimension} ${at}; ${extent}`;
  });
  return ranges.length > 0 ? `[${ranges.join(', ')}]` : '';
}

function printSlice({ buffer, offset, rowBytes, rows, rowStride, planes }: Slice): string {
  const plain = rows === 1 && (planes?.count ?? 1) === 1;
  if (plain && rowBytes === buffer.bytes && offset.base === 0 && offset.terms.length === 0)
    return buffer.name;
  const at = [String(offset.base), ...offset.terms.map(({ loop, step }) => `${step}·${loop}`)].join(' + ');
  const row = rows > 1 ? `${rows} × ${rowBytes} every ${rowStride}` : String(rowBytes);
  const plane = planes && planes.count > 1 ? `${planes.count} every ${planes.stride} of ` : '';
  return `${buffer.name}[${at}; ${plane}${row}]`;
}
