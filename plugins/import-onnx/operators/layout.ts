import { elementCount, isInteger, ops, tensor, type Value } from 'match-compiler';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { axesOf, axisOf, listOf } from './axes.ts';

/** 0 keeps the extent (unless `allowzero`), -1 takes what is left. */
export const reshape: Operator = (node, build) => {
  const x = node.value(0);
  const wanted = node.integers(1, 'shape');
  if (!wanted) throw node.unsupported('no shape');
  const keepsZero = node.int('allowzero', 0) !== 0;
  const shape = wanted.map((extent, axis) =>
    extent === 0 && !keepsZero ? (x.type.shape[axis] ?? 0) : extent,
  );
  const open = shape.indexOf(-1);
  if (open >= 0) {
    const known = elementCount(shape.filter((_, axis) => axis !== open));
    const rest = elementCount(x.type.shape) / known;
    if (!Number.isInteger(rest)) {
      throw node.unsupported(`[${x.type.shape.join(', ')}] does not divide into [${wanted.join(', ')}]`);
    }
    shape[open] = rest;
  }
  return build.emit(ops.reshape, [x], { shape });
};

/** A matrix: the axes before `axis` as rows, the others as columns. */
export const flatten: Operator = (node, build) => {
  const x = node.value(0);
  const { shape } = x.type;
  const axis = node.int('axis', 1);
  const cut = axis === shape.length ? axis : axisOf(node, axis, shape.length);
  return build.emit(ops.reshape, [x], {
    shape: [elementCount(shape.slice(0, cut)), elementCount(shape.slice(cut))],
  });
};

export const squeeze: Operator = (node, build) => {
  const x = node.value(0);
  const { shape } = x.type;
  const listed = listOf(node, 'axes', 1);
  const axes = listed
    ? axesOf(node, listed, shape.length)
    : shape.flatMap((extent, axis) => (extent === 1 ? [axis] : []));
  const wide = axes.find((axis) => shape[axis] !== 1);
  if (wide !== undefined)
    throw node.attributeFault('axes', `name axis ${wide}, which has ${shape[wide]} indices`);
  return build.emit(ops.reshape, [x], { shape: shape.filter((_, axis) => !axes.includes(axis)) });
};

export const unsqueeze: Operator = (node, build) => {
  const x = node.value(0);
  const listed = listOf(node, 'axes', 1);
  if (!listed) throw node.attributeFault('axes', 'is missing');
  const rank = x.type.shape.length + listed.length;
  const axes = axesOf(node, listed, rank);
  const rest = [...x.type.shape];
  const shape = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (rest.shift() ?? 1)));
  return build.emit(ops.reshape, [x], { shape });
};

export const transpose: Operator = (node, build) => {
  const x = node.value(0);
  const perm = node.ints('perm') ?? x.type.shape.map((_, axis) => x.type.shape.length - 1 - axis);
  return build.emit(ops.transpose, [x], { perm });
};

/** Nothing happens to the value: the output is the input. */
export const identity: Operator = (node) => node.value(0);

/** Outside training a dropout passes everything. */
export const dropout: Operator = (node, build) => {
  node.ignore('ratio', 'seed', 'is_test');
  if (node.has(2) && node.scalar(2, 'training mode') !== 0) throw node.unsupported('training mode');
  const x = node.value(0);
  if (!node.isRead(1)) return x;
  const yes = build.constant('kept', tensor('bool', [], [1]));
  return [x, build.emit(ops.expand, [yes], { shape: x.type.shape }, { output: 1 })];
};

export const concat: Operator = (node, build) => {
  const values = node.values();
  const rank = values[0]?.type.shape.length ?? 0;
  const axis = node.int('axis');
  if (axis === undefined) throw node.attributeFault('axis', 'is missing');
  return build.emit(ops.concat, values, { axis: axisOf(node, axis, rank) });
};

/** Sizes are an attribute or an input; without them the parts are equal, the last one smaller if need be. */
export const split: Operator = (node, build) => {
  const x = node.value(0);
  const axis = axisOf(node, node.int('axis', 0), x.type.shape.length);
  const extent = x.type.shape[axis] ?? 0;
  const listed = listOf(node, 'split', 1);
  const count = node.int('num_outputs', node.outputCount);
  if (count !== node.outputCount)
    throw node.attributeFault('num_outputs', `is ${count} with ${node.outputCount} outputs`);
  const part = Math.ceil(extent / count);
  if (!listed && node.opset < 18 && extent % count !== 0) {
    throw node.unsupported(`${extent} indices of axis ${axis} in ${count} equal parts`);
  }
  const sizes =
    listed ?? Array.from({ length: count }, (_, i) => Math.max(0, Math.min(part, extent - i * part)));
  if (sizes.length !== node.outputCount) {
    throw node.unsupported(`${sizes.length} parts for ${node.outputCount} outputs`);
  }
  return build.emitAll(ops.split, [x], { axis, sizes });
};

/** Starts, ends, axes and steps, clamped to the tensor as in numpy. */
export const slice: Operator = (node, build) => {
  const x = node.value(0);
  const { shape } = x.type;
  const starts = listOf(node, 'starts', 1);
  const ends = listOf(node, 'ends', 2);
  if (!starts || starts.length !== ends?.length) throw node.unsupported('starts and ends do not agree');
  const axes = axesOf(node, listOf(node, 'axes', 3) ?? starts.map((_, i) => i), shape.length);
  const steps = node.integers(4, 'steps') ?? starts.map(() => 1);
  const attributes = { starts: shape.map(() => 0), ends: [...shape], steps: shape.map(() => 1) };
  axes.forEach((axis, i) => {
    const extent = shape[axis] ?? 0;
    const step = steps[i] ?? 1;
    if (step === 0) throw node.attributeFault('steps', 'contain 0');
    const counted = (position: number): number => (position < 0 ? position + extent : position);
    const clamp = (position: number, low: number, high: number): number =>
      Math.max(low, Math.min(high, position));
    const start = counted(starts[i] ?? 0);
    const end = counted(ends[i] ?? 0);
    const forward = step > 0;
    attributes.starts[axis] = forward ? clamp(start, 0, extent) : clamp(start, 0, Math.max(0, extent - 1));
    attributes.ends[axis] = forward ? clamp(end, 0, extent) : clamp(end, -1, extent);
    attributes.steps[axis] = step;
    if (!forward && extent === 0) attributes.ends[axis] = 0;
  });
  return build.emit(ops.slice, [x], attributes);
};

/** Pads are an attribute up to opset 10, an input from 11 on. Negative ones cut. */
export const pad: Operator = (node, build) => {
  const x = node.value(0);
  const { shape, dtype } = x.type;
  const rank = shape.length;
  const mode = node.choice('mode', ['constant', 'reflect', 'edge', 'wrap'], 'constant');
  const listed = listOf(node, 'pads', 1);
  const value = node.float('value') ?? node.scalar(2, 'value') ?? 0;
  const axes = axesOf(node, node.integers(3, 'axes') ?? shape.map((_, axis) => axis), rank);
  if (listed?.length !== 2 * axes.length) {
    throw node.attributeFault('pads', `has ${listed?.length ?? 0} entries for ${axes.length} axes`);
  }
  const pads = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, i) => {
    pads[axis] = listed[i] ?? 0;
    pads[axis + rank] = listed[i + axes.length] ?? 0;
  });
  if (pads.every((amount) => amount === 0)) return x;
  const cut = pads.some((amount) => amount < 0);
  const grows = pads.some((amount) => amount > 0);
  const cutAttributes = {
    starts: shape.map((_, axis) => Math.max(0, -(pads[axis] ?? 0))),
    ends: shape.map((extent, axis) => extent - Math.max(0, -(pads[axis + rank] ?? 0))),
    steps: shape.map(() => 1),
  };
  if (!grows) return build.emit(ops.slice, [x], cutAttributes);
  const kept = cut ? build.step(ops.slice, [x], cutAttributes) : x;
  return build.emit(ops.pad, [kept], {
    pads: pads.map((amount) => Math.max(0, amount)),
    value: isInteger(dtype) ? Math.trunc(value) : value,
    mode,
  });
};

/** Depth to space and back are a reshape, a transposition and a reshape. */
export const depthToSpace: Operator = (node, build) => {
  const [batch, channels, height, width, block] = blocks(node);
  const outer = channels / (block * block);
  if (!Number.isInteger(outer))
    throw node.attributeFault('blocksize', `${block} does not divide ${channels} channels`);
  const crd = node.choice('mode', ['DCR', 'CRD'], 'DCR') === 'CRD';
  const parts = build.step(ops.reshape, [node.value(0)], {
    shape: crd ? [batch, outer, block, block, height, width] : [batch, block, block, outer, height, width],
  });
  const moved = build.step(ops.transpose, [parts], { perm: crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2] });
  return build.emit(ops.reshape, [moved], { shape: [batch, outer, height * block, width * block] });
};

export const spaceToDepth: Operator = (node, build) => {
  const [batch, channels, height, width, block] = blocks(node);
  const [rows, columns] = [height / block, width / block];
  if (!Number.isInteger(rows) || !Number.isInteger(columns)) {
    throw node.attributeFault('blocksize', `${block} does not divide ${height}×${width}`);
  }
  const parts = build.step(ops.reshape, [node.value(0)], {
    shape: [batch, channels, rows, block, columns, block],
  });
  const moved = build.step(ops.transpose, [parts], { perm: [0, 3, 5, 1, 2, 4] });
  return build.emit(ops.reshape, [moved], { shape: [batch, channels * block * block, rows, columns] });
};

function blocks(node: NodeReader): readonly [number, number, number, number, number] {
  const x: Value = node.value(0);
  const block = node.int('blocksize', 0);
  if (block < 1 || x.type.shape.length !== 4) throw node.attributeFault('blocksize', `is ${block}`);
  const [batch = 0, channels = 0, height = 0, width = 0] = x.type.shape;
  return [batch, channels, height, width, block];
}
