import { createData, isWide, type DataType, type TensorData } from '../ir/data-type.ts';
import { defineOp, ShapeError, type OpDefinition } from '../ir/op.ts';
import { elementCount, stridesOf, type Shape } from '../ir/tensor.ts';
import { gatherStrided } from './broadcast.ts';
import { atLeast, expectAxis, expectDtype, expectInputs, resultType } from './type-checks.ts';

/** Attributes of the reductions. */
export type ReductionAttributes = {
  /** Reduced axes, ascending or not, each once. An empty list reduces nothing. */
  readonly axes: readonly number[];
  /** Reduced axes stay, with extent 1. */
  readonly keepDims: boolean;
};

interface Reduction {
  readonly name: string;
  readonly summary: string;
  readonly allowed: readonly DataType[];
  /** Whether an empty set of elements has no result. */
  readonly needsElements: boolean;
  /** Reduces `count` consecutive elements from `start`. */
  readonly reduce: (data: TensorData, start: number, count: number, dtype: DataType) => number | bigint;
}

/** An operator that combines the elements along some axes, in row-major order of those axes. */
export function defineReduction(reduction: Reduction): OpDefinition<ReductionAttributes> {
  const { name, summary, allowed } = reduction;
  return defineOp<ReductionAttributes>({
    name,
    summary,
    infer(inputs, { axes, keepDims }) {
      const [x] = expectInputs(name, inputs, 1);
      expectDtype(name, 'the input', x, allowed);
      for (const axis of axes) expectAxis(name, axis, x.shape.length);
      if (new Set(axes).size !== axes.length)
        throw new ShapeError(`${name}: axes [${axes.join(',')}] repeat`);
      if (reduction.needsElements && axes.some((axis) => x.shape[axis] === 0)) {
        throw new ShapeError(`${name}: nothing to reduce in [${x.shape.join(',')}]`);
      }
      return [resultType(name, x.dtype, reducedShape(x.shape, axes, keepDims))];
    },
    evaluate(inputs, { axes }) {
      const [x] = atLeast(inputs, 1);
      const { shape, dtype } = x.type;
      const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
      const order = [...kept, ...[...axes].sort((a, b) => a - b)];
      const strides = stridesOf(shape);
      const arranged = gatherStrided(
        dtype,
        x.data,
        order.map((axis) => shape[axis] ?? 0),
        order.map((axis) => strides[axis] ?? 0),
        0,
      );
      const groups = elementCount(kept.map((axis) => shape[axis] ?? 0));
      const size = elementCount(axes.map((axis) => shape[axis] ?? 0));
      const result = createData(dtype, groups);
      for (let group = 0; group < groups; group++) {
        result[group] = reduction.reduce(arranged, group * size, size, dtype);
      }
      return [result];
    },
  });
}

export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  return shape.flatMap((extent, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [extent]));
}

/** Sum in the type's own arithmetic: float32 after every step from 0 on, integers exact modulo the width. */
export function sumRun(data: TensorData, start: number, count: number, dtype: DataType): number | bigint {
  if (isWide(dtype)) {
    let sum = 0n;
    for (let i = start; i < start + count; i++) sum += BigInt(data[i] ?? 0);
    return sum;
  }
  const numbers = data as Float64Array;
  let sum = 0;
  if (dtype === 'float32')
    for (let i = start; i < start + count; i++) sum = Math.fround(sum + (numbers[i] ?? 0));
  else if (dtype === 'float64') for (let i = start; i < start + count; i++) sum += numbers[i] ?? 0;
  else for (let i = start; i < start + count; i++) sum = (sum + (numbers[i] ?? 0)) | 0;
  return sum;
}
