import { formatLayout } from '../ir/layout.ts';
import type { Instruction, Program, Slice } from './program.ts';

/** Text form of a program: its buffers, then its instructions. */
export function printProgram(program: Program): string {
  const { graph, target } = program.mapping;
  const lines = [`program ${graph.name} on ${target.name}`];
  for (const { name, role, bytes, memory, layout } of program.buffers) {
    lines.push(
      `  buffer ${name}: ${role} ${bytes} bytes in ${memory}${layout ? ` ${formatLayout(layout)}` : ''}`,
    );
  }
  const walk = (body: readonly Instruction[], indent: string): void => {
    for (const instruction of body) {
      switch (instruction.kind) {
        case 'loop':
          lines.push(`${indent}loop ${instruction.name} × ${instruction.count}`);
          walk(instruction.body, `${indent}  `);
          break;
        case 'call':
        case 'launch': {
          const { module, pattern } = instruction.region;
          const reads = [...instruction.inputs, ...instruction.constants].map(printSlice).join(', ');
          const writes = [...instruction.outputs, ...instruction.scratch].map(printSlice).join(', ');
          lines.push(
            `${indent}${instruction.kind} ${instruction.token} ${module.name}.${pattern.name}(${reads}) → ${writes}`,
          );
          break;
        }
        case 'transfer':
          lines.push(
            `${indent}transfer ${instruction.token} ${printSlice(instruction.from)} → ${printSlice(instruction.to)}`,
          );
          break;
        case 'wait':
          lines.push(`${indent}wait ${instruction.token}`);
      }
    }
  };
  walk(program.body, '  ');
  return `${lines.join('\n')}\n`;
}

function printSlice({ buffer, offset, rowBytes, rows, rowStride }: Slice): string {
  if (rows === 1 && rowBytes === buffer.bytes && offset.base === 0 && offset.terms.length === 0)
    return buffer.name;
  const at = [String(offset.base), ...offset.terms.map(({ loop, step }) => `${step}·${loop}`)].join(' + ');
  return `${buffer.name}[${at}; ${rows > 1 ? `${rows} × ` : ''}${rowBytes}${rows > 1 ? ` every ${rowStride}` : ''}]`;
}
