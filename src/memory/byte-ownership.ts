/** Half-open run of bytes. */
export type ByteRun = readonly [start: number, end: number];

/** What a run of bytes has to offer instead of what was looked for. */
export interface ForeignByte {
  readonly byte: number;
  /** Owner found there; `nobody` when it was never written. */
  readonly owner: number;
  /** Job that is still to write it; `nobody` when none is. */
  readonly writer: number;
}

export const nobody = 0;

/**
 * One memory, byte by byte: whose data it holds, which unfinished job is going to write it, and how many
 * unfinished jobs still read it. Owners and jobs are positive numbers.
 */
export class ByteOwnership {
  readonly #owner: Int32Array;
  readonly #writer: Int32Array;
  readonly #readers: Uint16Array;

  constructor(bytes: number) {
    this.#owner = new Int32Array(bytes);
    this.#writer = new Int32Array(bytes);
    this.#readers = new Uint16Array(bytes);
  }

  /** The first byte that does not hold finished data of `owner`. */
  firstForeign(runs: readonly ByteRun[], owner: number): ForeignByte | undefined {
    for (const [start, end] of runs) {
      for (let byte = start; byte < end; byte++) {
        if (this.#owner[byte] === owner && this.#writer[byte] === nobody) continue;
        return { byte, owner: this.#owner[byte] ?? nobody, writer: this.#writer[byte] ?? nobody };
      }
    }
    return undefined;
  }

  /** The first byte that an unfinished job reads or writes. */
  firstBusy(runs: readonly ByteRun[]): number | undefined {
    for (const [start, end] of runs) {
      for (let byte = start; byte < end; byte++) {
        if (this.#writer[byte] !== nobody || this.#readers[byte] !== 0) return byte;
      }
    }
    return undefined;
  }

  own(runs: readonly ByteRun[], owner: number): void {
    for (const [start, end] of runs) this.#owner.fill(owner, start, end);
  }

  /** A job begins to write: nobody may look until it is done. */
  beginWrite(runs: readonly ByteRun[], job: number): void {
    for (const [start, end] of runs) this.#writer.fill(job, start, end);
  }

  endWrite(runs: readonly ByteRun[], owner: number): void {
    for (const [start, end] of runs) {
      this.#writer.fill(nobody, start, end);
      this.#owner.fill(owner, start, end);
    }
  }

  beginRead(runs: readonly ByteRun[]): void {
    this.#addReaders(runs, 1);
  }

  endRead(runs: readonly ByteRun[]): void {
    this.#addReaders(runs, -1);
  }

  #addReaders(runs: readonly ByteRun[], change: number): void {
    for (const [start, end] of runs) {
      for (let byte = start; byte < end; byte++) this.#readers[byte] = (this.#readers[byte] ?? 0) + change;
    }
  }
}

/** Do two lists of runs, each sorted by start, share a byte? */
export function runsIntersect(a: readonly ByteRun[], b: readonly ByteRun[]): boolean {
  let i = 0;
  let j = 0;
  for (let x = a[i], y = b[j]; x && y; x = a[i], y = b[j]) {
    if (x[1] <= y[0]) i++;
    else if (y[1] <= x[0]) j++;
    else return true;
  }
  return false;
}
