import type { Definition } from '../model.ts';
import { ValueBounds } from './bounds.ts';

/** What the operators of an integer net know about each other. */
export class IntegerSession {
  /** Tensors are float in the file: nothing there says how wide the arithmetic is. */
  readonly holdsIntegersInFloats: boolean;
  readonly bounds = new ValueBounds();
  /** Results of pools that are sums already, with the count that the next Mul would multiply by. */
  readonly sums = new Map<Definition, number>();
  readonly #notes = new Map<string, number>();

  constructor(holdsIntegersInFloats: boolean) {
    this.holdsIntegersInFloats = holdsIntegersInFloats;
  }

  /** Something to tell the user, once with its count. */
  note(text: string): void {
    this.#notes.set(text, (this.#notes.get(text) ?? 0) + 1);
  }

  notes(): readonly string[] {
    return [...this.#notes].map(([text, count]) => `${count} ${text}`);
  }
}
