import type { Buffer } from '../program/program.ts';
import type { ByteBooks } from './byte-books.ts';
import { sharedByte, type ByteRun } from './slice-runs.ts';

/** A slice at its address. `memory` is absent for constants, which nobody writes. */
export interface Access {
  readonly buffer: Buffer;
  readonly memory: ByteBooks | undefined;
  /** Sorted by start. */
  readonly runs: readonly ByteRun[];
  /** Where the slice begins. */
  readonly address: number;
}

/** A launch or transfer that is not known to be done. */
export interface Job {
  readonly token: string;
  readonly name: string;
  /** Works on its jobs in the order of their starts. */
  readonly engine: string;
  readonly buffers: readonly Buffer[];
  readonly reads: readonly Access[];
  readonly writes: readonly Access[];
}

/** The byte at which an access meets a job under way. */
export interface Meeting {
  readonly job: Job;
  readonly byte: number;
}

/** Jobs under way, by token, and which of their bytes another engine has to leave alone. */
export class JobsUnderWay {
  readonly #byToken = new Map<string, Job>();
  /** In the order of their starts. */
  #unfinished: Job[] = [];

  has(token: string): boolean {
    return this.#byToken.has(token);
  }

  get tokens(): ReadonlyMap<string, Job> {
    return this.#byToken;
  }

  start(job: Job): void {
    this.#byToken.set(job.token, job);
    this.#unfinished.push(job);
  }

  /** Whoever waits for a job knows that its engine has done all that came before; false for an unknown token. */
  wait(token: string): boolean {
    const job = this.#byToken.get(token);
    if (!job) return false;
    this.#byToken.delete(token);
    const at = this.#unfinished.indexOf(job);
    if (at >= 0) this.#finish(job.engine, at);
    return true;
  }

  /** An engine has come to the end of its queue. */
  drain(engine: string): void {
    this.#finish(engine, Infinity);
  }

  /** A job of another engine that is still to write a byte of the access. */
  writer(access: Access, engine: string): Meeting | undefined {
    for (const job of this.#unfinished) {
      if (job.engine === engine) continue;
      for (const write of job.writes) {
        const byte = meetingByte(write, access);
        if (byte !== undefined) return { job, byte };
      }
    }
    return undefined;
  }

  /** A job of another engine that reads or writes a byte of the access. */
  user(access: Access, engine: string): Meeting | undefined {
    for (const job of this.#unfinished) {
      if (job.engine === engine) continue;
      for (const other of [...job.writes, ...job.reads]) {
        const byte = meetingByte(other, access);
        if (byte !== undefined) return { job, byte };
      }
    }
    return undefined;
  }

  #finish(engine: string, last: number): void {
    this.#unfinished = this.#unfinished.filter((job, i) => job.engine !== engine || i > last);
  }
}

/** The first byte that two accesses share. */
export function meetingByte(a: Access, b: Access): number | undefined {
  if (a.memory === undefined || a.memory !== b.memory) return undefined;
  const [firstA, lastA] = [a.runs[0]?.[0] ?? 0, a.runs.at(-1)?.[1] ?? 0];
  const [firstB, lastB] = [b.runs[0]?.[0] ?? 0, b.runs.at(-1)?.[1] ?? 0];
  return lastA <= firstB || lastB <= firstA ? undefined : sharedByte(a.runs, b.runs);
}
