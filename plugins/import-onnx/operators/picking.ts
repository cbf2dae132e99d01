import { elementCount, ops, tensor, type Shape, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { Operator } from '../operator.ts';
import { axisOf } from './axes.ts';

/** Operators that pick elements by index or condition. */

export const gather: Operator = (node, build) => {
  const x = node.value(0);
  const axis = axisOf(node, node.int('axis', 0), x.type.shape.length);
  return build.emit(ops.gather, [x, node.value(1)], { axis });
};

export const gatherElements: Operator = (node, build) => {
  const x = node.value(0);
  const axis = axisOf(node, node.int('axis', 0), x.type.shape.length);
  return build.emit(ops.gatherElements, [x, node.value(1)], { axis });
};

/** Tuples of indices become one index each into x with its leading axes taken as one. */
export const gatherNd: Operator = (node, build) => {
  const [x, indices] = [node.value(0), node.value(1)];
  const batch = node.int('batch_dims', 0);
  const { shape } = x.type;
  const tuples = indices.type.shape;
  const depth = tuples.at(-1) ?? 0;
  if (batch < 0 || batch >= tuples.length || batch + depth > shape.length) {
    throw node.unsupported(`indices [${tuples.join(', ')}] for [${shape.join(', ')}]`);
  }
  const extents = shape.slice(batch, batch + depth);
  const steps = extents.map((_, axis) => elementCount(extents.slice(axis + 1)));
  const { dtype } = indices.type;
  const list = (role: string, of: Shape, values: readonly number[]): Value =>
    build.constant(role, tensor(dtype, of, values));
  const fromEnd = build.step(ops.add, [indices, list('extents', [depth], extents)], { dtype });
  const negative = build.step(ops.less, [indices, list('zero', [], [0])], {});
  const counted = build.step(ops.select, [negative, fromEnd, indices], {});
  const weighted = build.step(ops.mul, [counted, list('steps', [depth], steps)], { dtype });
  const rank = tuples.length - 1;
  const inside = build.step(ops.reduceSum, [weighted], { axes: [rank], keepDims: false });
  const batches = elementCount(shape.slice(0, batch));
  const size = elementCount(extents);
  const starts = Array.from({ length: batches }, (_, i) => i * size);
  const startShape = [...shape.slice(0, batch), ...new Array<number>(rank - batch).fill(1)];
  const index =
    batch === 0 ? inside : build.step(ops.add, [inside, list('starts', startShape, starts)], { dtype });
  const flat = build.step(ops.reshape, [x], { shape: [batches * size, ...shape.slice(batch + depth)] });
  return build.emit(ops.gather, [flat, index], { axis: 0 });
};

/** The slices along an axis, or the elements, for which a constant condition holds. */
export const compress: Operator = (node, build) => {
  const x = node.value(0);
  const flags = Array.from(node.constant(1, 'condition').data as ArrayLike<number>);
  const listed = node.int('axis');
  const count = elementCount(x.type.shape);
  const [source, axis] =
    listed === undefined
      ? [build.step(ops.reshape, [x], { shape: [count] }), 0]
      : [x, axisOf(node, listed, x.type.shape.length)];
  const picks = flags.flatMap((flag, i) => (flag === 0 ? [] : [i]));
  const indices = build.constant('indices', tensor('int64', [picks.length], picks));
  return build.emit(ops.gather, [source, indices], { axis });
};

/** `values[1]` where the index along the new axis is the given one, `values[0]` elsewhere. */
export const oneHot: Operator = (node, build) => {
  const indices = node.value(0);
  const depth = node.scalar(1, 'depth') ?? 0;
  const values = node.value(2);
  const { shape, dtype } = indices.type;
  const rank = shape.length + 1;
  const axis = axisOf(node, node.int('axis', -1), rank);
  const column = build.step(ops.reshape, [indices], { shape: shape.toSpliced(axis, 0, 1) });
  const one = (value: number): Value => build.constant('scalar', tensor(dtype, [], [value]));
  const negative = build.step(ops.less, [column, one(0)], {});
  const fromEnd = build.step(ops.add, [column, one(depth)], { dtype });
  const counted = build.step(ops.select, [negative, fromEnd, column], {});
  const hits = build.step(ops.equal, [counted, positions(build, indices, rank, axis, depth)], {});
  const value = (i: number): Value =>
    build.step(ops.slice, [values], { starts: [i], ends: [i + 1], steps: [1] });
  return build.emit(ops.select, [hits, value(1), value(0)], {});
};

/** 0, 1, … along one axis, of the type of `like`. */
function positions(build: NodeBuilder, like: Value, rank: number, axis: number, extent: number): Value {
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? extent : 1));
  const values = Array.from({ length: extent }, (_, i) => i);
  return build.constant('positions', tensor(like.type.dtype, shape, values));
}

/** Where a constant is not zero: one row per axis. */
export const nonZero: Operator = (node, build) => {
  const { type, data } = node.constant(0, 'input');
  const hits = Array.from(data as ArrayLike<number | bigint>).flatMap((value, i) =>
    Number(value) ? [i] : [],
  );
  const rows = type.shape.flatMap((extent, axis) => {
    const inner = elementCount(type.shape.slice(axis + 1));
    return hits.map((at) => Math.floor(at / inner) % extent);
  });
  return build.result(tensor('int64', [type.shape.length, hits.length], rows));
};

/** 1 at the first of the largest elements along an axis, 0 elsewhere; up to opset 12 over all axes from it on. */
export const hardmax: Operator = (node, build) => {
  const x = node.value(0);
  const { shape, dtype } = x.type;
  const flattens = node.opset < 13;
  const listed = axisOf(node, node.int('axis', flattens ? 1 : -1), shape.length);
  const flat = [elementCount(shape.slice(0, listed)), elementCount(shape.slice(listed))];
  const rows = flattens ? build.step(ops.reshape, [x], { shape: flat }) : x;
  const axis = flattens ? 1 : listed;
  const picks = build.step(ops.argMax, [rows], {
    axis,
    keepDims: true,
    lastIndex: false,
    dtype: 'int32',
  });
  const rank = rows.type.shape.length;
  const hits = build.step(
    ops.equal,
    [picks, positions(build, picks, rank, axis, rows.type.shape[axis] ?? 0)],
    {},
  );
  if (!flattens) return build.emit(ops.cast, [hits], { dtype, saturate: false });
  const result = build.step(ops.cast, [hits], { dtype, saturate: false });
  return build.emit(ops.reshape, [result], { shape });
};
