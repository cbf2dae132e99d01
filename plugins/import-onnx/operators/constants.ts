import {
  createData,
  elementCount,
  ops,
  tensor,
  type DataType,
  type Shape,
  type Tensor,
} from 'match-compiler';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';

/** Shapes that grow at import have at most this many elements. */
const largest = 2 ** 24;

/** A literal, as a tensor or as numbers. */
export const constant: Operator = (node, build) => {
  for (const name of ['value_string', 'value_strings', 'sparse_value']) {
    if (node.hasAttribute(name)) throw node.attributeFault(name, 'is not supported');
  }
  const floats = node.floats('value_floats') ?? single(node.float('value_float'));
  const ints = node.ints('value_ints') ?? single(node.int('value_int'));
  const rank = node.hasAttribute('value_floats') || node.hasAttribute('value_ints');
  const list = (dtype: DataType, values: readonly number[]): Tensor =>
    tensor(dtype, rank ? [values.length] : [], values);
  const literal =
    node.tensor('value') ?? (floats && list('float32', floats)) ?? (ints && list('int64', ints));
  if (!literal) throw node.attributeFault('value', 'is missing');
  return build.result(literal);
};

function single(value: number | undefined): readonly number[] | undefined {
  return value === undefined ? undefined : [value];
}

/** Shapes are static, so this is a constant. */
export const shape: Operator = (node, build) => {
  const extents = node.value(0).type.shape;
  const rank = extents.length;
  const clamp = (position: number): number =>
    Math.max(0, Math.min(rank, position < 0 ? position + rank : position));
  const part = extents.slice(clamp(node.int('start', 0)), clamp(node.int('end', rank)));
  return build.result(tensor('int64', [part.length], part));
};

export const size: Operator = (node, build) =>
  build.result(tensor('int64', [], [elementCount(node.value(0).type.shape)]));

export const constantOfShape: Operator = (node, build) => {
  const extents = node.integers(0, 'shape') ?? [];
  checkSize(node, extents);
  const fill = node.tensor('value') ?? tensor('float32', [1], [0]);
  const data = createData(fill.type.dtype, elementCount(extents));
  data.fill(fill.data[0] as never);
  return build.result({ type: { dtype: fill.type.dtype, shape: [...extents] }, data });
};

/** start, start + delta, … up to the limit. */
export const range: Operator = (node, build) => {
  const [start = 0, limit = 0, delta = 1] = ['start', 'limit', 'delta'].map(
    (role, i) => node.scalar(i, role) ?? 0,
  );
  const { dtype } = node.constant(0, 'start').type;
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  if (!Number.isFinite(count)) throw node.unsupported(`${start} to ${limit} by ${delta}`);
  checkSize(node, [count]);
  const values = Array.from({ length: count }, (_, i) => start + i * delta);
  return build.result(tensor(dtype, [count], values));
};

/** To the shape that the input and the wanted one broadcast to together. */
export const expand: Operator = (node, build) => {
  const x = node.value(0);
  const wanted = node.integers(1, 'shape') ?? [];
  const target = commonShape(node, x.type.shape, wanted);
  checkSize(node, target);
  return target.join() === x.type.shape.join() ? x : build.emit(ops.expand, [x], { shape: target });
};

/** Conversion of the element type; float16 is computed as float32. */
export const cast: Operator = (node, build) => {
  const x = node.value(0);
  const dtype = node.elementType('to');
  node.ignore('saturate');
  return dtype === x.type.dtype ? x : build.emit(ops.cast, [x], { dtype, saturate: false });
};

function commonShape(node: NodeReader, a: Shape, b: Shape): readonly number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [left = 1, right = 1] = [a[axis - rank + a.length], b[axis - rank + b.length]];
    if (left !== right && left !== 1 && right !== 1) {
      throw node.unsupported(`[${a.join(', ')}] and [${b.join(', ')}] do not broadcast`);
    }
    return left === 1 ? right : left;
  });
}

function checkSize(node: NodeReader, extents: Shape): void {
  const count = elementCount(extents);
  if (extents.some((extent) => extent < 0) || !(count <= largest)) {
    throw node.unsupported(`a constant of shape [${extents.join(', ')}]`);
  }
}
