import { sharedConstants, type Buffer, type Instruction, type Program } from 'match-compiler';

export type FlatInstruction = Exclude<Instruction, { kind: 'loop' }>;

/** A constant, with all others that are stored in the same bytes, and where the program uses them. */
export interface ConstantGroup {
  readonly buffers: readonly Buffer[];
  readonly bytes: number;
  /** Per buffer that is used at all: positions in the program without loops, in order. */
  readonly uses: ReadonlyMap<Buffer, readonly number[]>;
  readonly firstUse: number;
  /**
   * It can be fetched piece by piece: only transfers read it, and of any three in a row the first has been
   * awaited before the third starts.
   */
  readonly inPieces: boolean;
  /** Bytes of the largest transfer from it. */
  readonly largestPiece: number;
}

/** Constants of a memory that instructions read, by their first use. */
export function constantGroups(
  program: Program,
  flat: readonly FlatInstruction[],
  memory: string,
): readonly ConstantGroup[] {
  const uses = new Map<Buffer, number[]>();
  const pieces = new Map<Buffer, number>();
  const direct = new Set<Buffer>();
  flat.forEach((instruction, at) => {
    for (const buffer of constantsOf(instruction)) {
      const known = uses.get(buffer);
      if (known) known.push(at);
      else uses.set(buffer, [at]);
      if (instruction.kind !== 'transfer') direct.add(buffer);
      else pieces.set(buffer, Math.max(pieces.get(buffer) ?? 0, copiedBytes(instruction)));
    }
  });
  const groups = new Map<Buffer, Buffer[]>();
  for (const [buffer, stored] of sharedConstants(program)) {
    if (buffer.memory !== memory) continue;
    const known = groups.get(stored);
    if (known) known.push(buffer);
    else groups.set(stored, [buffer]);
  }
  const seen = new Set(program.mapping.graph.outputs.map((value) => program.bufferOf.get(value)));
  return [...groups.values()]
    .flatMap((buffers): ConstantGroup[] => {
      const used = new Map(buffers.flatMap((buffer) => [[buffer, uses.get(buffer) ?? []] as const]));
      const all = [...used.values()].flat();
      // What the user reads stays where it is, and what nobody reads need not be fetched.
      if (all.length === 0 || buffers.some((buffer) => seen.has(buffer))) return [];
      return [
        {
          buffers,
          bytes: buffers[0]?.bytes ?? 0,
          uses: new Map([...used].filter(([, list]) => list.length > 0)),
          firstUse: Math.min(...all),
          inPieces: [...used].every(([buffer, list]) => !direct.has(buffer) && isSpread(flat, list)),
          largestPiece: Math.max(0, ...buffers.map((buffer) => pieces.get(buffer) ?? 0)),
        },
      ];
    })
    .sort((a, b) => a.firstUse - b.firstUse);
}

/** Position of the wait for the job or transfer at a position; the position itself for calls. */
export function doneAt(flat: readonly FlatInstruction[], at: number): number {
  const start = flat[at];
  if (!start || start.kind === 'call' || start.kind === 'wait') return at;
  for (let end = at + 1; end < flat.length; end++) {
    const each = flat[end];
    if (each?.kind === 'wait' && each.token === start.token) return end;
  }
  return flat.length;
}

function isSpread(flat: readonly FlatInstruction[], uses: readonly number[]): boolean {
  return uses.every((at, i) => {
    const earlier = uses[i - 2];
    return earlier === undefined || doneAt(flat, earlier) < at;
  });
}

function constantsOf(instruction: FlatInstruction): readonly Buffer[] {
  if (instruction.kind === 'wait') return [];
  const slices = instruction.kind === 'transfer' ? [instruction.from] : instruction.constants;
  return [...new Set(slices.map(({ buffer }) => buffer))].filter(({ role }) => role === 'constant');
}

export function copiedBytes({ from }: Extract<Instruction, { kind: 'transfer' }>): number {
  return from.rowBytes * from.rows * (from.planes?.count ?? 1);
}
