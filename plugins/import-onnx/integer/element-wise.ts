import {
  integerRange,
  isInteger,
  ops,
  type BinaryAttributes,
  type DataType,
  type OpDefinition,
  type Value,
} from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import { clipBounds } from '../operators/element-wise.ts';
import { concat as joinParts } from '../operators/layout.ts';
import { integerOperand } from './constants.ts';
import type { IntegerOperator } from './operators.ts';

/** Integer arithmetic in int32, or int64 where an operand is or (of float tensors) the result may need it. */
const binary =
  (op: OpDefinition<BinaryAttributes>, kind: 'add' | 'sub' | 'mul' | 'div'): IntegerOperator =>
  (node, build, session) => {
    const a = integerOperand(node, build, 0);
    const b = integerOperand(node, build, 1);
    const bounds = session.bounds.combine(a, b, kind);
    const wide = a.type.dtype === 'int64' || b.type.dtype === 'int64';
    const needsWide = session.holdsIntegersInFloats && !session.bounds.fitsInt32(bounds);
    const dtype: DataType = wide || needsWide ? 'int64' : 'int32';
    const result = build.emit(op, [a, b], { dtype, ...(kind === 'div' && { rounding: 'floor' as const }) });
    session.bounds.set(result, bounds);
    return result;
  };

export const add = binary(ops.add, 'add');
export const sub = binary(ops.sub, 'sub');
export const div = binary(ops.div, 'div');

const product = binary(ops.mul, 'mul');

/** A mean times its count is the sum that the pool has made already. */
export const mul: IntegerOperator = (node, build, session) => {
  for (const [pooled, factor] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const count = session.sums.get(node.definition(pooled));
    if (count === undefined) continue;
    const { data } = node.constant(factor, 'count');
    if (data.length === 1 && Number(data[0]) === count) return node.value(pooled);
  }
  return product(node, build, session);
};

/** Any number of operands, combined from the left. */
const variadic =
  (op: OpDefinition<BinaryAttributes>): IntegerOperator =>
  (node, build) => {
    const [first = node.value(0), ...rest] = node.node.inputs.map((_, index) =>
      integerOperand(node, build, index),
    );
    const dtype: DataType = [first, ...rest].some(({ type }) => type.dtype === 'int64') ? 'int64' : 'int32';
    const last = rest.pop();
    if (!last) return first;
    const others = rest.reduce((left, right) => build.step(op, [left, right], { dtype }), first);
    return build.emit(op, [others, last], { dtype });
  };

export const max = variadic(ops.maximum);
export const min = variadic(ops.minimum);
export const sum = variadic(ops.add);

/** Narrow types have no room for the result. */
const widened =
  (op: OpDefinition<Record<string, never>>): IntegerOperator =>
  (node, build) =>
    build.emit(op, [widen(build, node.value(0))], {});

export const abs = widened(ops.abs);
export const neg = widened(ops.neg);

/** At least 32 bits. */
export function widen(build: NodeBuilder, x: Value): Value {
  if (x.type.dtype === 'int32' || x.type.dtype === 'int64') return x;
  return build.step(ops.cast, [x], { dtype: 'int32', saturate: true });
}

/** Rounding an integer leaves it. */
export const round: IntegerOperator = (node) => node.value(0);

/** A clip to 8 bits ends in that type, unless casts follow that say so themselves. */
export const clip: IntegerOperator = (node, build, session) => {
  const x = node.value(0);
  const low = node.float('min') ?? node.scalar(1, 'lower bound') ?? -Infinity;
  const high = node.float('max') ?? node.scalar(2, 'upper bound') ?? Infinity;
  const bounds = clipBounds(x, low, high);
  const [output] = node.node.outputs;
  const readers = (output && node.graph.readers.get(output)) ?? [];
  const castsFollow = readers.length > 0 && readers.every(({ op }) => op === 'Cast');
  const narrow = castsFollow ? undefined : narrowType(bounds, x.type.dtype);
  if (!narrow) {
    const result = build.emit(ops.clip, [x], bounds);
    session.bounds.set(result, { low: [bounds.min], high: [bounds.max] });
    return result;
  }
  const clipped = build.step(ops.clip, [x], bounds);
  const result = build.emit(ops.cast, [clipped], { dtype: narrow, saturate: true });
  session.bounds.set(result, { low: [bounds.min], high: [bounds.max] });
  return result;
};

function narrowType({ min, max }: { min: number; max: number }, from: DataType): DataType | undefined {
  const types: readonly DataType[] = ['uint8', 'int8'];
  if (types.includes(from)) return undefined;
  return types.find((type) => min >= integerRange(type).min && max <= integerRange(type).max);
}

export const relu: IntegerOperator = (node, build) => {
  const x = node.value(0);
  return build.emit(ops.clip, [x], clipBounds(x, 0, Infinity));
};

/** Between integers with saturation; to a float type it keeps the integer, which is the same value. */
export const cast: IntegerOperator = (node, build, session) => {
  const x = node.value(0);
  const dtype = node.elementType('to');
  node.ignore('saturate');
  if (!isInteger(dtype) || dtype === x.type.dtype) return x;
  const result = build.emit(ops.cast, [x], { dtype, saturate: true });
  const known = session.bounds.of(x);
  const { min, max } = integerRange(dtype);
  const clamp = (value: number): number => Math.max(min, Math.min(max, value));
  session.bounds.set(result, { low: known.low.map(clamp), high: known.high.map(clamp) });
  return result;
};

/** Parts of different integer types meet in the widest. */
export const concat: IntegerOperator = (node, build) => {
  const types = node.values().map(({ type }) => type.dtype);
  const [first] = types;
  if (types.some((type) => type !== first)) {
    const dtype = types.includes('int64') ? 'int64' : 'int32';
    node.values().forEach((value, index) => {
      node.replaceInput(index, build.step(ops.cast, [value], { dtype, saturate: true }));
    });
  }
  return joinParts(node, build);
};
