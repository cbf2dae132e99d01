/** Entries that are made together. */
const chunkSize = 128;

/** Numbers by index, computed when first asked for. */
export class LazyTable {
  /** Runs of entries, made when the first of them is asked for. */
  readonly #chunks: (Float64Array | undefined)[];
  readonly #compute: (index: number) => number;
  /** Entries that were computed. */
  computed = 0;

  constructor(size: number, compute: (index: number) => number) {
    this.#compute = compute;
    this.#chunks = new Array<Float64Array | undefined>(Math.ceil(size / chunkSize));
  }

  get(index: number): number {
    const chunk = this.#chunks[Math.floor(index / chunkSize)];
    const known = chunk?.[index % chunkSize];
    // NaN marks what is not known; it differs from itself.
    return known !== undefined && known === known ? known : this.#fill(index);
  }

  #fill(index: number): number {
    const value = this.#compute(index);
    const number = Math.floor(index / chunkSize);
    const chunk = this.#chunks[number] ?? new Float64Array(chunkSize).fill(NaN);
    this.#chunks[number] = chunk;
    chunk[index % chunkSize] = value;
    this.computed++;
    return value;
  }
}

/** The entry of a typed array, 0 outside. */
export function at(array: Int32Array | Float64Array | Uint8Array, index: number): number {
  return array[index] ?? 0;
}
