import {
  createData,
  elementCount,
  integerRange,
  isWide,
  type DataType,
  type Shape,
  type Tensor,
} from 'match-compiler';

/** A generator of random numbers that gives the same sequence for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Both ends included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** At most `count` of the items, in their order. */
  some<T>(items: readonly T[], count: number): T[] {
    const rest = [...items.keys()];
    while (rest.length > count) rest.splice(this.integer(0, rest.length - 1), 1);
    return rest.flatMap((i) => items.slice(i, i + 1));
  }

  /** Of an integer type, by default over all of its range. */
  tensor(dtype: DataType, shape: Shape, range = integerRange(dtype)): Tensor {
    const data = createData(dtype, elementCount(shape));
    for (let i = 0; i < data.length; i++) {
      const value = this.integer(range.min, range.max);
      data[i] = isWide(dtype) ? BigInt(value) : value;
    }
    return { type: { dtype, shape: [...shape] }, data };
  }
}
