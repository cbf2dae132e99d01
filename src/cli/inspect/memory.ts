import { compilePair } from '../../build/pipeline.ts';
import { memoryRows } from '../../build/layer-table.ts';
import { resolveConfig, type ProjectOptions } from '../../build/settings.ts';
import { analyzeLiveness } from '../../memory/live-ranges.ts';
import type { PlacedProgram } from '../../memory/placed-program.ts';
import type { Buffer } from '../../program/program.ts';
import { formatTable, grouped } from '../table.ts';
import type { Inspection } from './inspection.ts';

interface PlacedBuffer {
  readonly memory: string;
  readonly name: string;
  readonly role: Buffer['role'];
  readonly offset: number;
  readonly bytes: number;
  /** Steps of the program, −1 for before the first. */
  readonly first: number;
  readonly last: number;
}

/** Where every buffer lies and when it is alive. */
export async function inspectMemory(options: ProjectOptions): Promise<readonly Inspection[]> {
  const project = await resolveConfig(options, 'inspect');
  const found: Inspection[] = [];
  for (const pair of project.pairs) {
    const { compilation } = await compilePair(project, pair, options);
    const levels = memoryRows(compilation);
    const buffers = placedBuffers(compilation.placed);
    const texts = levels.map(({ memory, arenaBytes, constantBytes, lowerBoundBytes, optimal, proof }) => {
      const own = buffers.filter((buffer) => buffer.memory === memory);
      const bound = optimal ? 'optimal' : `at least ${grouped(lowerBoundBytes)}`;
      const heading = `${memory}: arena ${grouped(arenaBytes)} bytes (${bound}: ${proof}), constants ${grouped(constantBytes)} bytes\n`;
      return own.length > 0 ? heading + bufferTable(own) : heading;
    });
    const title = `${pair.model.file} for ${pair.target.name}`;
    found.push({ text: `${title}\n\n${texts.join('\n')}`, json: { title, levels, buffers } });
  }
  return found;
}

function placedBuffers(placed: PlacedProgram): readonly PlacedBuffer[] {
  const { ranges } = analyzeLiveness(placed.program);
  return [...placed.offsets]
    .map(([buffer, offset]) => {
      const { memory, name, role, bytes } = buffer;
      const { first = 0, last = 0 } = ranges.get(buffer) ?? {};
      return { memory, name, role, offset, bytes, first, last };
    })
    .sort((a, b) => a.first - b.first || a.offset - b.offset);
}

function bufferTable(buffers: readonly PlacedBuffer[]): string {
  return formatTable(
    [
      { title: 'buffer', limit: 40 },
      { title: 'role' },
      { title: 'offset', right: true },
      { title: 'bytes', right: true },
      { title: 'alive in steps', right: true },
    ],
    buffers.map(({ name, role, offset, bytes, first, last }) => [
      name,
      role,
      grouped(offset),
      grouped(bytes),
      `${Math.max(first, 0)}-${last}`,
    ]),
  );
}
