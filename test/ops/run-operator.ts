import {
  tensor,
  type Attributes,
  type DataType,
  type OpDefinition,
  type Shape,
  type Tensor,
} from 'match-compiler';

/** Infers and evaluates an operator with one output. */
export function run<A extends Attributes>(
  op: OpDefinition<A>,
  inputs: readonly Tensor[],
  attributes: A,
): Tensor {
  const types = op.infer(
    inputs.map((input) => input.type),
    attributes,
  );
  const [data] = op.evaluate(inputs, attributes, types);
  const [type] = types;
  if (!data || !type) throw new Error(`${op.name} has no output`);
  return { type, data };
}

/** The elements as plain numbers. */
export function numbers(value: Tensor): number[] {
  return Array.from(value.data as ArrayLike<number | bigint>, Number);
}

/** A reproducible source of integers between two bounds (a linear congruential generator, Numerical Recipes' constants). */
export function integerSource(seed: number): (min: number, max: number) => number {
  let state = seed >>> 0;
  return (min, max) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return min + Math.floor((state / 2 ** 32) * (max - min + 1));
  };
}

/** A tensor of reproducible integers. */
export function randomTensor(
  dtype: DataType,
  shape: Shape,
  next: (min: number, max: number) => number,
  min: number,
  max: number,
): Tensor {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return tensor(
    dtype,
    shape,
    Array.from({ length: count }, () => next(min, max)),
  );
}
