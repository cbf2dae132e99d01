import type { Buffer } from '../program/program.ts';
import { analyzeLiveness, isInArena, positionName, type Liveness } from './live-ranges.ts';
import type { MemoryPlan, PlacedProgram } from './placed-program.ts';

/** One buffer of an arena: where it lies and when it is live. */
export interface ArenaRow {
  readonly buffer: Buffer;
  /** In bytes, from the start of the arena of `buffer.memory`. */
  readonly offset: number;
  /** Positions in the expanded program; −1 is before the first step. */
  readonly first: number;
  readonly last: number;
}

/** The buffers of one arena by offset, then by time. */
export function arenaRows(placed: PlacedProgram, memory: string): readonly ArenaRow[] {
  return rowsOf(placed, memory, analyzeLiveness(placed.program));
}

/** Text form of a memory plan: per level its sizes, their proof, the buffers by offset and a map over time. */
export function printPlacedProgram(placed: PlacedProgram): string {
  const { program, io } = placed;
  const { graph, target } = program.mapping;
  const liveness = analyzeLiveness(program);
  const lines = [`memory ${graph.name} on ${target.name}`];
  for (const plan of placed.plans) {
    lines.push(...levelLines(plan, target.memories[plan.memory]?.bytes ?? 0));
    const rows = rowsOf(placed, plan.memory, liveness);
    if (rows.length > 0) lines.push(...tableLines(rows, liveness), ...mapLines(rows, plan, liveness));
  }
  for (const buffer of program.buffers) {
    if (buffer.role === 'constant' || isInArena(buffer, io)) continue;
    lines.push(`  caller: ${buffer.role} ${buffer.name}, ${buffer.bytes} bytes`);
  }
  return `${lines.join('\n')}\n`;
}

/** Which buffer lies where and when, as text: time runs to the right, addresses run up. */
export function printMemoryMap(placed: PlacedProgram, memory: string): string {
  const liveness = analyzeLiveness(placed.program);
  const plan = placed.plans.find((other) => other.memory === memory);
  const rows = rowsOf(placed, memory, liveness);
  return plan && rows.length > 0 ? `${mapLines(rows, plan, liveness).join('\n')}\n` : '';
}

function rowsOf({ program, offsets }: PlacedProgram, memory: string, { ranges }: Liveness): ArenaRow[] {
  const rows = program.buffers.flatMap((buffer) => {
    const offset = offsets.get(buffer);
    const range = ranges.get(buffer);
    if (buffer.memory !== memory || offset === undefined || !range) return [];
    return [{ buffer, offset, first: range.first, last: range.last }];
  });
  return rows.sort((a, b) => a.offset - b.offset || a.first - b.first || a.buffer.id - b.buffer.id);
}

function levelLines(
  { memory, arenaBytes, constantBytes, peakLiveBytes, bound }: MemoryPlan,
  capacity: number,
): string[] {
  const gap = bound.optimal ? 'optimal' : `at least ${bound.lowerBound}`;
  return [
    `  ${memory}: arena ${arenaBytes} + constants ${constantBytes} of ${capacity} bytes, at most ${peakLiveBytes} live at once`,
    `    ${gap}: ${bound.proof}`,
  ];
}

function tableLines(rows: readonly ArenaRow[], { steps }: Liveness): string[] {
  const cells = rows.map(({ buffer, offset, first, last }, i) => [
    String(offset),
    String(offset + buffer.bytes),
    String(buffer.bytes),
    markOf(i),
    `${buffer.role} ${buffer.name}`,
    first === last
      ? positionName(steps, first)
      : `${positionName(steps, first)} to ${positionName(steps, last)}`,
  ]);
  const table = [['offset', 'end', 'bytes', '', 'buffer', 'live'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  return table.map((row) => {
    const padded = row.map((cell, column) =>
      column < 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    return `    ${padded.join('  ').trimEnd()}`;
  });
}

const mapColumns = 64;
const mapBands = 16;

function mapLines(rows: readonly ArenaRow[], { arenaBytes }: MemoryPlan, { steps }: Liveness): string[] {
  // Positions −1 to the end, squeezed into the columns.
  const positions = steps.length + 2;
  const columns = Math.min(mapColumns, positions);
  const band = Math.max(1, Math.ceil(arenaBytes / mapBands));
  const bands = Math.ceil(arenaBytes / band);
  const width = String(arenaBytes).length;
  const lines: string[] = [];
  for (let b = bands - 1; b >= 0; b--) {
    let line = `    ${String(b * band).padStart(width)} |`;
    for (let column = 0; column < columns; column++) {
      const from = Math.floor((column * positions) / columns) - 1;
      const to = Math.floor(((column + 1) * positions) / columns) - 2;
      line += cellMark(rows, [b * band, (b + 1) * band], [from, to]);
    }
    lines.push(line);
  }
  return lines;
}

type Interval = readonly [from: number, to: number];

/** The mark of the buffer with the largest share of a cell. */
function cellMark(rows: readonly ArenaRow[], bytes: Interval, time: Interval): string {
  let mark = '.';
  let most = 0;
  rows.forEach(({ buffer, offset, first, last }, i) => {
    const high = Math.min(bytes[1], offset + buffer.bytes) - Math.max(bytes[0], offset);
    const long = Math.min(time[1], last) - Math.max(time[0], first) + 1;
    if (high <= 0 || long <= 0 || high * long <= most) return;
    most = high * long;
    mark = markOf(i);
  });
  return mark;
}

const marks = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** Letters repeat in arenas of very many buffers; the table has the offsets. */
function markOf(i: number): string {
  return marks[i % marks.length] ?? '?';
}
