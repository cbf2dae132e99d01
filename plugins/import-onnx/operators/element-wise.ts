import {
  integerRange,
  isInteger,
  ops,
  tensor,
  type BinaryAttributes,
  type OpDefinition,
  type Value,
} from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { axisOf } from './axes.ts';

/** Two operands with numpy's broadcasting, the type that of the first. */
const binary =
  (op: OpDefinition<BinaryAttributes>): Operator =>
  (node, build) => {
    const a = node.value(0);
    return build.emit(op, [a, secondOperand(node, build, a)], { dtype: a.type.dtype });
  };

/** Before opset 7 the second operand was aligned at an axis, on demand. */
export function secondOperand(node: NodeReader, build: NodeBuilder, a: Value): Value {
  const b = node.value(1);
  if (node.opset >= 7) return b;
  const axis = node.int('axis');
  if (node.int('broadcast', 0) === 0 || axis === undefined) return b;
  const trailing = a.type.shape.length - axisOf(node, axis, a.type.shape.length) - b.type.shape.length;
  return trailing > 0
    ? build.step(ops.reshape, [b], { shape: [...b.type.shape, ...new Array<number>(trailing).fill(1)] })
    : b;
}

export const add = binary(ops.add);
export const sub = binary(ops.sub);
export const mul = binary(ops.mul);
/** Integer division truncates in ONNX. */
export const div: Operator = (node, build) => {
  const a = node.value(0);
  const { dtype } = a.type;
  return build.emit(ops.div, [a, secondOperand(node, build, a)], {
    dtype,
    ...(isInteger(dtype) && { rounding: 'truncate' }),
  });
};

/** The exponent may be of another type; the result has that of the base. */
export const pow: Operator = (node, build) => {
  const base = node.value(0);
  const exponent = secondOperand(node, build, base);
  if (isInteger(base.type.dtype) && !isInteger(exponent.type.dtype)) {
    const real = build.step(ops.cast, [base], { dtype: 'float64', saturate: false });
    const power = build.step(ops.pow, [real, exponent], { dtype: 'float64' });
    return build.emit(ops.cast, [power], { dtype: base.type.dtype, saturate: false });
  }
  return build.emit(ops.pow, [base, exponent], { dtype: base.type.dtype });
};

/** Any number of operands, combined from the left. */
const variadic =
  (op: OpDefinition<BinaryAttributes>): Operator =>
  (node, build) => {
    const [first = node.value(0), ...rest] = node.values();
    const last = rest.pop();
    if (!last) return first;
    const { dtype } = first.type;
    return build.emit(op, [combine(build, op, first, rest), last], { dtype });
  };

function combine(
  build: NodeBuilder,
  op: OpDefinition<BinaryAttributes>,
  first: Value,
  rest: readonly Value[],
): Value {
  return rest.reduce((sum, value) => build.step(op, [sum, value], { dtype: first.type.dtype }), first);
}

export const min = variadic(ops.minimum);
export const max = variadic(ops.maximum);
export const sum = variadic(ops.add);

export const mean: Operator = (node, build) => {
  const [first = node.value(0), ...rest] = node.values();
  if (rest.length === 0) return first;
  const { dtype } = first.type;
  const count = build.constant('count', tensor(dtype, [], [node.inputCount]));
  return build.emit(ops.div, [combine(build, ops.add, first, rest), count], { dtype });
};

/** Bounds are attributes up to opset 10 and inputs from 11 on; both ends are optional. */
export const clip: Operator = (node, build) => {
  const x = node.value(0);
  const low = node.float('min') ?? node.scalar(1, 'lower bound') ?? -Infinity;
  const high = node.float('max') ?? node.scalar(2, 'upper bound') ?? Infinity;
  return build.emit(ops.clip, [x], clipBounds(x, low, high));
};

export const relu: Operator = (node, build) => {
  const x = node.value(0);
  return build.emit(ops.clip, [x], clipBounds(x, 0, Infinity));
};

/** Bounds that fit the type of x. Where they cross, the upper one counts. */
export function clipBounds(
  x: Value,
  low: number,
  high: number,
): { readonly min: number; readonly max: number } {
  // The largest finite float32 stands for "none" in many exporters.
  const largest = 3.4028234e38;
  if (!isInteger(x.type.dtype)) {
    const bound = (value: number): number =>
      Math.abs(value) >= largest ? Math.sign(value) * Infinity : value;
    return { min: bound(Math.min(low, high)), max: bound(high) };
  }
  const range = integerRange(x.type.dtype);
  const max = Math.min(range.max, Math.max(range.min, Math.floor(high)));
  return { min: Math.min(max, Math.max(range.min, Math.ceil(low))), max };
}
