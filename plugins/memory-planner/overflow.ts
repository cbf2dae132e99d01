import {
  analyzeLiveness,
  isInArena,
  linkBetween,
  transferCycles,
  unrollLoops,
  type Buffer,
  type Link,
  type PlacedProgram,
  type Program,
} from 'match-compiler';
import {
  constantGroups,
  copiedBytes,
  doneAt,
  type ConstantGroup,
  type FlatInstruction,
} from './constant-uses.ts';

/** A constant that is stored farther away and fetched in time. */
export interface StagedConstant {
  readonly buffer: Buffer;
  /** `whole`: fetched at once, before its first use. `pieces`: each transfer fetches its own part first. */
  readonly mode: 'whole' | 'pieces';
  /** Position in the program without loops before which the fetch of a whole constant begins. */
  readonly fetchAt: number;
  readonly uses: readonly number[];
}

/** Constants to move from one memory to another. */
export interface Overflow {
  readonly from: string;
  readonly to: string;
  readonly flat: readonly FlatInstruction[];
  /** All buffers that move, by their storage; those that are used are in `staged` as well. */
  readonly moved: ReadonlySet<Buffer>;
  /** In the order of their fetches. */
  readonly staged: readonly StagedConstant[];
}

/** Shares of the memory that are planned with: placements are no shorter than what is live at once. */
const shares = [1, 0.97, 0.93, 0.88, 0.82, 0.75, 0.65];

/**
 * Ways to make a program fit whose constants and activations exceed the home of constants: the constants used last
 * are stored in the overflow memory and fetched as early as there is room. The first way leaves least room unused.
 * Of all numbers of constants that could move the one is taken for which the program waits least. Empty without an
 * overflow memory.
 */
export function* overflows(program: Program, io: PlacedProgram['io']): Generator<Overflow> {
  const { target } = program.mapping;
  const { constants: from, overflow: to } = target.homes;
  const link = to === undefined ? undefined : linkBetween(target, to, from);
  if (to === undefined || to === from || !link) return;
  const search = new OverflowSearch(program, io, from, to, link);
  for (const share of shares) {
    const found = search.find(share);
    if (found) yield found;
  }
}

interface Candidate {
  /** Cycles that the program waits for fetches, about. */
  readonly stall: number;
  readonly overflow: Overflow;
}

class OverflowSearch {
  readonly #flat: readonly FlatInstruction[];
  readonly #from: string;
  readonly #to: string;
  readonly #groups: readonly ConstantGroup[];
  readonly #capacity: number;
  /** Bytes of constants that cannot move. */
  readonly #fixed: number;
  readonly #alignment: number;
  /** Per position: bytes of the home memory that are live without any constant. */
  readonly #load: Float64Array;
  /** Per position: cycles of the kernels before. */
  readonly #time: Float64Array;
  /** Positions at which a fetch may begin without breaking a repetition: where a region is first heard of. */
  readonly #boundaries: readonly number[];
  readonly #link: Link;

  constructor(program: Program, io: PlacedProgram['io'], from: string, to: string, link: Link) {
    const { target } = program.mapping;
    this.#from = from;
    this.#to = to;
    this.#flat = unrollLoops(program.body);
    this.#groups = constantGroups(program, this.#flat, from);
    this.#capacity = target.memories[from]?.bytes ?? 0;
    this.#alignment = target.memories[from]?.alignment ?? 1;
    this.#link = link;
    const movable = new Set(this.#groups.flatMap(({ buffers }) => buffers));
    this.#fixed = program.buffers
      .filter((buffer) => buffer.role === 'constant' && buffer.memory === from && !movable.has(buffer))
      .reduce((sum, { bytes }) => sum + this.#rounded(bytes), 0);
    this.#load = this.#liveBytes(program, io);
    this.#time = kernelTimes(this.#flat);
    this.#boundaries = regionStarts(this.#flat);
  }

  /** The number of constants to move for which the program waits least, fewest first. */
  find(share: number): Overflow | undefined {
    let best: Candidate | undefined;
    for (let count = 1; count <= this.#groups.length; count++) {
      const found = this.#stage(count, this.#capacity * share);
      if (!found) continue;
      if (!best || found.stall < best.stall) best = found;
    }
    return best?.overflow;
  }

  /** Moves the constants that are used last; undefined when the others and their fetches do not fit. */
  #stage(count: number, capacity: number): Candidate | undefined {
    const split = this.#groups.length - count;
    const kept = this.#groups.slice(0, split).reduce((sum, { bytes }) => sum + this.#rounded(bytes), 0);
    const room = capacity - this.#fixed - kept;
    const load = Float64Array.from(this.#load);
    if (load.some((bytes) => bytes > room)) return undefined;
    const wanted = this.#groups
      .slice(split)
      .flatMap((group) => [...group.uses].map(([buffer, uses]) => ({ group, buffer, uses })))
      .sort((a, b) => (a.uses[0] ?? 0) - (b.uses[0] ?? 0) || a.buffer.id - b.buffer.id);
    const staged: StagedConstant[] = [];
    let fetchAt = 0;
    let [channel, stall] = [0, 0];
    for (const { group, buffer, uses } of wanted) {
      const first = uses[0] ?? 0;
      const last = this.#lastUse(uses);
      const bytes = this.#rounded(buffer.bytes);
      const at = this.#earliestFetch(load, room - bytes, fetchAt, first, last);
      if (at !== undefined) {
        fetchAt = at;
        add(load, at, last, bytes);
        staged.push({ buffer, mode: 'whole', fetchAt, uses });
        channel =
          Math.max(channel, (this.#time[at] ?? 0) + stall) + transferCycles(this.#link, 1, buffer.bytes);
        stall += Math.max(0, channel - (this.#time[first] ?? 0) - stall);
        continue;
      }
      const ring = 2 * this.#rounded(group.largestPiece);
      if (!group.inPieces || !fits(load, room - ring, first, last)) return undefined;
      add(load, first, last, ring);
      staged.push({ buffer, mode: 'pieces', fetchAt: first, uses });
      // Pieces come just before they are needed, each as often as it is.
      const link = this.#link;
      stall += uses.reduce((sum, use) => {
        const copy = this.#flat[use];
        return copy?.kind === 'transfer' ? sum + transferCycles(link, 1, copiedBytes(copy)) : sum;
      }, 0);
    }
    const moved = new Set(this.#groups.slice(split).flatMap(({ buffers }) => buffers));
    return {
      stall,
      overflow: { from: this.#from, to: this.#to, flat: this.#flat, moved, staged },
    };
  }

  /** The first boundary from which on there is room up to the last use; the first use itself in need. */
  #earliestFetch(
    load: Float64Array,
    room: number,
    from: number,
    first: number,
    last: number,
  ): number | undefined {
    if (!fits(load, room, first, last)) return undefined;
    let free = first;
    while (free > from && (load[free - 1] ?? 0) <= room) free--;
    const earliest = Math.max(from, free);
    const boundary = this.#boundaries.find((at) => at >= earliest);
    return boundary === undefined || boundary > first ? Math.max(first, from) : boundary;
  }

  /** A job or transfer uses its operands until the wait for it. */
  #lastUse(uses: readonly number[]): number {
    const last = Math.max(0, ...uses.map((at) => doneAt(this.#flat, at)));
    return Math.min(last, this.#flat.length - 1);
  }

  #rounded(bytes: number): number {
    return Math.ceil(bytes / this.#alignment) * this.#alignment;
  }

  #liveBytes(program: Program, io: PlacedProgram['io']): Float64Array {
    const load = new Float64Array(this.#flat.length);
    const { ranges } = analyzeLiveness(program);
    for (const [buffer, { first, last }] of ranges) {
      if (buffer.memory === this.#from && isInArena(buffer, io)) {
        add(load, Math.max(0, first), Math.min(last, load.length - 1), this.#rounded(buffer.bytes));
      }
    }
    return load;
  }
}

function add(load: Float64Array, first: number, last: number, bytes: number): void {
  for (let at = first; at <= last; at++) load[at] = (load[at] ?? 0) + bytes;
}

function fits(load: Float64Array, room: number, first: number, last: number): boolean {
  for (let at = first; at <= last; at++) if ((load[at] ?? 0) > room) return false;
  return true;
}

/** Where each region is first heard of, and the start. */
function regionStarts(flat: readonly FlatInstruction[]): readonly number[] {
  const seen = new Set<object>();
  const starts = [0];
  flat.forEach((instruction, at) => {
    if (instruction.kind === 'wait' || !instruction.region || seen.has(instruction.region)) return;
    seen.add(instruction.region);
    if (at > 0) starts.push(at);
  });
  return starts;
}

function kernelTimes(flat: readonly FlatInstruction[]): Float64Array {
  const time = new Float64Array(flat.length + 1);
  flat.forEach((instruction, at) => {
    const cycles = instruction.kind === 'call' || instruction.kind === 'launch' ? instruction.cycles : 0;
    time[at + 1] = (time[at] ?? 0) + cycles;
  });
  return time;
}
