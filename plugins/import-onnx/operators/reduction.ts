import { ops, type OpDefinition, type ReductionAttributes, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { axesOf, listOf } from './axes.ts';

/** Axes are an attribute or, in newer opsets, an input; none means all, or with `noop_with_empty_axes` none. */
export function reductionAttributes(node: NodeReader, x: Value): ReductionAttributes {
  const rank = x.type.shape.length;
  const axes = listOf(node, 'axes', 1);
  const keepDims = node.int('keepdims', 1) !== 0;
  const noop = node.int('noop_with_empty_axes', 0) !== 0;
  if (axes && axes.length > 0) return { axes: axesOf(node, axes, rank), keepDims };
  return { axes: noop ? [] : Array.from({ length: rank }, (_, axis) => axis), keepDims };
}

type Step = (build: NodeBuilder, x: Value) => Value;

/** A reduction with what is computed before it. */
const reduction =
  (op: OpDefinition<ReductionAttributes>, before: Step = (_, x) => x): Operator =>
  (node, build) => {
    const x = node.value(0);
    const attributes = reductionAttributes(node, x);
    return build.emit(op, [before(build, x)], attributes);
  };

/** A reduction between two steps. */
const wrapped =
  (
    op: OpDefinition<ReductionAttributes>,
    before: Step,
    after: OpDefinition<Record<string, never>>,
  ): Operator =>
  (node, build) => {
    const x = node.value(0);
    const attributes = reductionAttributes(node, x);
    return build.emit(after, [build.step(op, [before(build, x)], attributes)], {});
  };

const same: Step = (_, x) => x;
const square: Step = (build, x) => build.step(ops.mul, [x, x], { dtype: x.type.dtype });
const magnitude: Step = (build, x) => build.step(ops.abs, [x], {});

export const reduceMax = reduction(ops.reduceMax);
export const reduceMin = reduction(ops.reduceMin);
export const reduceProd = reduction(ops.reduceProd);
export const reduceMean = reduction(ops.reduceMean);
export const reduceSum = reduction(ops.reduceSum);
export const reduceSumSquare = reduction(ops.reduceSum, square);
export const reduceL1 = reduction(ops.reduceSum, magnitude);
export const reduceL2 = wrapped(ops.reduceSum, square, ops.sqrt);
export const reduceLogSum = wrapped(ops.reduceSum, same, ops.log);
