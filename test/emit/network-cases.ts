import {
  createData,
  elementCount,
  GraphEditor,
  integerRange,
  isFloat,
  tensor,
  type DataType,
  type Graph,
  type OpDefinition,
  type Quantization,
  type Tensor,
  type Value,
} from 'match-compiler';

/** Numbers that are the same in every run (mulberry32, public domain, T. Ettinger). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Where the elements of a random tensor lie; the whole type, or −4..4 for floats, when absent. */
export type Range = readonly [min: number, max: number];

/** An operator with any attributes: the cases cover the whole list. */
export type AnyOp = OpDefinition<never>;

/** Builds one graph out of many small independent networks, with random inputs for all of them. */
export class CaseBuilder {
  readonly editor = new GraphEditor({
    name: 'cases',
    info: { file: 'cases', format: 'test', dialect: 'test', recognised: [] },
  });
  readonly inputs: Tensor[] = [];
  readonly outputs: Value[] = [];
  readonly #random: () => number;
  #count = 0;

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  random(dtype: DataType, shape: readonly number[], range?: Range): Tensor {
    const data = createData(dtype, elementCount(shape));
    const own = isFloat(dtype) ? { min: -4, max: 4 } : integerRange(dtype);
    const [min, max] = range ?? [own.min, own.max];
    for (let i = 0; i < data.length; i++) {
      const value = min + this.#random() * (max - min + (isFloat(dtype) ? 0 : 1));
      if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[i] = this.#wide(dtype, range);
      else data[i] = isFloat(dtype) ? value : Math.min(max, Math.floor(value));
    }
    return { type: { dtype, shape: [...shape] }, data };
  }

  #wide(dtype: DataType, range?: Range): bigint {
    if (range) return BigInt(Math.floor(range[0] + this.#random() * (range[1] - range[0] + 1)));
    const bits =
      (BigInt(Math.floor(this.#random() * 2 ** 32)) << 32n) | BigInt(Math.floor(this.#random() * 2 ** 32));
    return dtype === 'int64' ? BigInt.asIntN(64, bits) : bits;
  }

  input(dtype: DataType, shape: readonly number[], range?: Range, quantization?: Quantization): Value {
    const data = this.random(dtype, shape, range);
    return this.given(data, quantization);
  }

  /** An input with these very elements. */
  given(data: Tensor, quantization?: Quantization): Value {
    this.inputs.push(data);
    return this.editor.input(`in${this.#count++}`, { ...data.type, ...(quantization && { quantization }) });
  }

  constant(data: Tensor): Value {
    return this.editor.constant(`constant${this.#count++}`, data);
  }

  randomConstant(dtype: DataType, shape: readonly number[], range?: Range): Value {
    return this.constant(this.random(dtype, shape, range));
  }

  values(dtype: DataType, values: readonly number[]): Value {
    return this.constant(tensor(dtype, [values.length], values));
  }

  /** Adds a node; its outputs. */
  nodes(op: AnyOp, inputs: readonly Value[], attributes: object, name = op.name): readonly Value[] {
    return this.editor.add(op, inputs, attributes as never, {
      name: `${name}_${this.#count++}`,
    });
  }

  /** Adds a node with one output. */
  node(op: AnyOp, inputs: readonly Value[], attributes: object, name = op.name): Value {
    const [output] = this.nodes(op, inputs, attributes, name);
    if (!output) throw new TypeError(`${op.name} has no output`);
    return output;
  }

  /** Adds a node whose outputs are outputs of the network. */
  check(op: AnyOp, inputs: readonly Value[], attributes: object, name = op.name): void {
    this.outputs.push(...this.nodes(op, inputs, attributes, name));
  }

  finish(): Graph {
    this.editor.setOutputs(this.outputs);
    return this.editor.finish();
  }
}
