import { createData, integerRange, isFloat, isWide, type DataType } from '../ir/data-type.ts';
import type { GraphEditor } from '../ir/graph-editor.ts';
import type { Value } from '../ir/graph.ts';
import type { Attributes, OpDefinition } from '../ir/op.ts';
import { elementCount, tensor, type Shape, type Tensor } from '../ir/tensor.ts';
import { randomWords, type RandomWords } from '../run/random.ts';

/** Where elements lie; both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Builds one small network, by itself or beside others in one graph; names begin with `prefix`. */
export class SampleBuilder {
  /** Where the elements of each input may lie. */
  readonly ranges = new Map<Value, Range>();
  readonly #editor: GraphEditor;
  readonly #prefix: string;
  readonly #words: RandomWords;
  #count = 0;

  constructor(editor: GraphEditor, prefix: string, seed: number) {
    this.#editor = editor;
    this.#prefix = prefix;
    this.#words = randomWords(seed);
  }

  /** A whole number, both ends included. */
  integer(from: number, to: number): number {
    return from + Math.floor((this.#words() / 2 ** 32) * (to - from + 1));
  }

  pick<const T>(items: readonly [T, ...T[]]): T {
    return items[this.integer(0, items.length - 1)] ?? items[0];
  }

  /** A value that is known at run time alone. */
  input(dtype: DataType, shape: Shape, range: Range = rangeOf(dtype)): Value {
    const value = this.#editor.input(this.#name('x'), { dtype, shape: [...shape] });
    this.ranges.set(value, range);
    return value;
  }

  /** A constant of random elements. */
  constant(dtype: DataType, shape: Shape, range: Range = rangeOf(dtype)): Value {
    return this.#editor.constant(this.#name('c'), randomElements(dtype, shape, range, this.#words));
  }

  /** A constant of one axis. */
  values(dtype: DataType, values: readonly number[]): Value {
    return this.#editor.constant(this.#name('c'), tensor(dtype, [values.length], values));
  }

  nodes<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
  ): readonly Value[] {
    return this.#editor.add(op, inputs, attributes, { name: this.#name(op.name) });
  }

  /** Adds a node; its first output. */
  node<A extends Attributes>(op: OpDefinition<A>, inputs: readonly Value[], attributes: A): Value {
    const [output] = this.nodes(op, inputs, attributes);
    if (!output) throw new TypeError(`${op.name} has no output`);
    return output;
  }

  #name(stem: string): string {
    return `${this.#prefix}${stem}_${this.#count++}`;
  }
}

/** A small network that some pattern may match. */
export interface Sample {
  /** Says what is special about it. */
  readonly name: string;
  /** What it has, for a choice of few samples that have as much as can be. */
  readonly features: readonly string[];
  /** Most engines refuse it: one that does not is always tried on it. */
  readonly always?: boolean;
  /** @returns its outputs */
  readonly build: (b: SampleBuilder) => readonly Value[];
}

/** All of an integer type, −4 … 4 for floats. */
export function rangeOf(dtype: DataType): Range {
  if (isFloat(dtype)) return { min: -4, max: 4 };
  if (isWide(dtype)) return { min: dtype === 'uint64' ? 0 : -(2 ** 40), max: 2 ** 40 };
  return integerRange(dtype);
}

/** Elements evenly from a range; with `extreme`, ends of the range alone. */
export function randomElements(
  dtype: DataType,
  shape: Shape,
  { min, max }: Range,
  words: RandomWords,
  extreme = false,
): Tensor {
  const data = createData(dtype, elementCount(shape));
  for (let i = 0; i < data.length; i++) {
    const word = words() / 2 ** 32;
    const value = extreme
      ? word < 0.5
        ? min
        : max
      : isFloat(dtype)
        ? min + word * (max - min)
        : min + Math.floor(word * (max - min + 1));
    data[i] = isWide(dtype) ? BigInt(value) : value;
  }
  return { type: { dtype, shape: [...shape] }, data };
}
