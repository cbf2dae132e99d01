import {
  GraphEditor,
  elementCount,
  integerRange,
  isFloat,
  ops,
  tensor,
  type Attributes,
  type Conv2dAttributes,
  type DataType,
  type Graph,
  type OpDefinition,
  type Shape,
  type Tensor,
  type Value,
} from 'match-compiler';

/** A graph drawn by hand: nodes carry locations, random constants depend on their names alone. */
export class Sketch extends GraphEditor {
  #count = 0;

  constructor(name: string) {
    super({ name, info: { file: `${name}.onnx`, format: 'onnx', dialect: 'sketch', recognised: [] } });
  }

  /** A node with one output under its name. */
  node<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
    name: string,
  ): Value {
    return this.add1(op, inputs, attributes, { name, loc: [this.#loc(name, op.name)] });
  }

  /** A node with several outputs. */
  nodes<A extends Attributes>(
    op: OpDefinition<A>,
    inputs: readonly Value[],
    attributes: A,
    name: string,
  ): readonly Value[] {
    return this.add(op, inputs, attributes, { name, loc: [this.#loc(name, op.name)] });
  }

  /** A constant with these elements. */
  fixed(name: string, dtype: DataType, shape: Shape, values: readonly number[]): Value {
    return this.constant(name, tensor(dtype, shape, values));
  }

  /** A constant of random elements between two bounds. */
  noise(name: string, dtype: DataType, shape: Shape, low: number, high: number): Value {
    return this.constant(name, randomTensor(name, dtype, shape, low, high));
  }

  quantize(x: Value, scale: number, zeroPoint: number, dtype: DataType, name: string): Value {
    return this.node(
      ops.quantize,
      [x, ...this.#parameters(name, [scale], zeroPoint, dtype)],
      { axis: 0, dtype },
      name,
    );
  }

  dequantize(q: Value, scale: number | readonly number[], zeroPoint: number, name: string): Value {
    const scales = typeof scale === 'number' ? [scale] : scale;
    return this.node(
      ops.dequantize,
      [q, ...this.#parameters(name, scales, zeroPoint, q.type.dtype)],
      { axis: 0 },
      name,
    );
  }

  done(...outputs: readonly Value[]): Graph {
    this.setOutputs(outputs);
    return this.finish();
  }

  #parameters(name: string, scales: readonly number[], zeroPoint: number, dtype: DataType): readonly Value[] {
    const zeros = scales.map(() => zeroPoint);
    return [
      this.fixed(`${name}.scale`, 'float32', [scales.length], scales),
      this.fixed(`${name}.zero`, dtype, [scales.length], zeros),
    ];
  }

  #loc(node: string, op: string) {
    return { file: 'sketch.onnx', node, op, index: this.#count++ };
  }
}

/** A 3×3 convolution with one row of padding, or what differs from that. */
export function convolution(changes: Partial<Conv2dAttributes> = {}): Conv2dAttributes {
  return {
    strides: [1, 1],
    dilations: [1, 1],
    pads: [1, 1, 1, 1],
    groups: 1,
    inputZeroPoint: 0,
    weightZeroPoint: 0,
    accumulator: 'float32',
    ...changes,
  };
}

/** A dense layer on floats, or what differs from that. */
export function layer(accumulator: 'float32' | 'int32' = 'float32', inputZeroPoint = 0) {
  return { inputZeroPoint, weightZeroPoint: 0, accumulator } as const;
}

/** Reproducible elements between two bounds: integers, or multiples of 1/64 for floats. */
export function randomTensor(seed: string, dtype: DataType, shape: Shape, low: number, high: number): Tensor {
  let state = 2166136261;
  for (const char of seed) state = Math.imul(state ^ char.charCodeAt(0), 16777619) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const step = isFloat(dtype) ? 1 / 64 : 1;
  const steps = Math.floor((high - low) / step) + 1;
  const values = Array.from({ length: elementCount(shape) }, () => low + Math.floor(next() * steps) * step);
  return tensor(dtype, shape, values);
}

/** Reproducible data for a graph input: all of an integer type, -4 to 4 for floats. */
export function randomInput(seed: string, { name, type }: Pick<Value, 'name' | 'type'>): Tensor {
  const { min, max } = isFloat(type.dtype) ? { min: -4, max: 4 } : integerRange(type.dtype);
  return randomTensor(`${seed} ${name}`, type.dtype, type.shape, min, max);
}
