import type { ByteRun } from './slice-runs.ts';

export const nobody = 0;

/** What a byte holds: byte `at` of `thing`. */
export interface ByteContent {
  readonly byte: number;
  readonly thing: number;
  readonly at: number;
  /** It is a sum of which so many parts are there; 0: all. */
  readonly parts: number;
}

/**
 * The books of one memory, byte by byte: which buffer was written there last, and which byte of which tensor that
 * is. Buffers and tensors (`things`) are positive numbers; thing 0 is of unknown origin.
 */
export class ByteBooks {
  readonly #owner: Int32Array;
  readonly #thing: Int32Array;
  readonly #at: Int32Array;
  /** Made when a sum is first seen in parts. */
  #parts: Int32Array | undefined;

  constructor(bytes: number) {
    this.#owner = new Int32Array(bytes);
    this.#thing = new Int32Array(bytes);
    this.#at = new Int32Array(bytes);
  }

  ownerAt(byte: number): number {
    return this.#owner[byte] ?? nobody;
  }

  contentAt(byte: number): ByteContent {
    return {
      byte,
      thing: this.#thing[byte] ?? 0,
      at: this.#at[byte] ?? 0,
      parts: this.#parts?.[byte] ?? 0,
    };
  }

  /** The first byte that was not written as part of this buffer. */
  firstForeign(runs: readonly ByteRun[], owner: number): number | undefined {
    for (const [start, end] of runs) {
      for (let byte = start; byte < end; byte++) if (this.#owner[byte] !== owner) return byte;
    }
    return undefined;
  }

  own(runs: readonly ByteRun[], owner: number): void {
    for (const [start, end] of runs) this.#owner.fill(owner, start, end);
  }

  /** The first byte of a run that is not byte `at`, `at` + 1, … of the thing, with so many parts of its sum. */
  firstWrong([start, end]: ByteRun, thing: number, at: number, parts: number): ByteContent | undefined {
    for (let byte = start, expected = at; byte < end; byte++, expected++) {
      if (this.#thing[byte] !== thing || this.#at[byte] !== expected) return this.contentAt(byte);
    }
    const known = this.#parts;
    if (!known) return parts === 0 || start === end ? undefined : this.contentAt(start);
    for (let byte = start; byte < end; byte++) if (known[byte] !== parts) return this.contentAt(byte);
    return undefined;
  }

  fill([start, end]: ByteRun, thing: number, at: number, parts: number): void {
    this.#thing.fill(thing, start, end);
    for (let byte = start, value = at; byte < end; byte++, value++) this.#at[byte] = value;
    if (parts !== 0) this.#parts ??= new Int32Array(this.#owner.length);
    this.#parts?.fill(parts, start, end);
  }

  /** Takes over what another memory holds. */
  copy(from: ByteBooks, source: number, destination: number, bytes: number): void {
    this.#thing.set(from.#thing.subarray(source, source + bytes), destination);
    this.#at.set(from.#at.subarray(source, source + bytes), destination);
    if (from.#parts) this.#parts ??= new Int32Array(this.#owner.length);
    if (!this.#parts) return;
    if (from.#parts) this.#parts.set(from.#parts.subarray(source, source + bytes), destination);
    else this.#parts.fill(0, destination, destination + bytes);
  }
}
