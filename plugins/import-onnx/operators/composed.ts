import { elementCount, ops, tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { axesOf, axisOf, listOf } from './axes.ts';

/** Operators that are sums of simpler ones: normalisations over the net's own values, and kin. */

/** Over the axes from `axis` on; gives mean and 1/deviation as further outputs. */
export const layerNormalization: Operator = (node, build) => {
  node.requireInt('stash_type', 1);
  const x = node.value(0);
  const rank = x.type.shape.length;
  const axis = axisOf(node, node.int('axis', -1), rank);
  const axes = Array.from({ length: rank - axis }, (_, i) => i + axis);
  const scale = node.value(1);
  const bias = node.optionalValue(2);
  const epsilon = node.float('epsilon', 1e-5);
  if (!node.isRead(1) && !node.isRead(2)) {
    const parameters = bias ? [scale, bias] : [scale];
    const row = axes.map((own) => x.type.shape[own] ?? 1);
    const whole = parameters.every(({ type }) => elementCount(type.shape) === elementCount(row));
    if (whole) return normalizeRows(build, x, axis, epsilon, parameters);
  }
  const mean = build.emit(ops.reduceMean, [x], { axes, keepDims: true }, { output: 1 });
  const { centred, spread } = spreadAround(build, x, mean, axes, epsilon);
  const inverse = build.emit(ops.div, [scalar(build, x, 1), spread], dtypeOf(x), { output: 2 });
  const normal = build.step(ops.mul, [centred, inverse], dtypeOf(x));
  const result = bias
    ? build.emit(ops.add, [build.step(ops.mul, [normal, scale], dtypeOf(x)), bias], dtypeOf(x))
    : build.emit(ops.mul, [normal, scale], dtypeOf(x));
  return [result, mean, inverse];
};

/** Per sample and channel, over the spatial axes. */
export const instanceNormalization: Operator = (node, build) => {
  const x = node.value(0);
  const { shape } = x.type;
  const [batch = 1, channels = 1] = shape;
  const rows = build.step(ops.reshape, [x], { shape: [batch, channels, elementCount(shape.slice(2))] });
  const parameters = [1, 2].map((index) => column(build, node.value(index)));
  const normal = build.step(ops.layerNorm, [rows, ...parameters], {
    axis: 2,
    epsilon: node.float('epsilon', 1e-5),
  });
  return build.emit(ops.reshape, [normal], { shape });
};

/** Per sample and group of channels; scale and bias per group in opset 18, per channel later. */
export const groupNormalization: Operator = (node, build) => {
  node.requireInt('stash_type', 1);
  const x = node.value(0);
  const { shape } = x.type;
  const groups = node.int('num_groups', 1);
  const [batch = 1] = shape;
  const parts = build.step(ops.reshape, [x], {
    shape: [batch, groups, elementCount(shape) / (batch * groups)],
  });
  const attributes = { axis: 2, epsilon: node.float('epsilon', 1e-5) };
  if (node.opset < 21) {
    const parameters = [1, 2].map((index) => column(build, node.value(index)));
    const scaled = build.step(ops.layerNorm, [parts, ...parameters], attributes);
    return build.emit(ops.reshape, [scaled], { shape });
  }
  const normal = build.step(ops.layerNorm, [parts], attributes);
  return scaleChannels(node, build, build.step(ops.reshape, [normal], { shape }), shape.length - 2);
};

export const meanVarianceNormalization: Operator = (node, build) => {
  const x = node.value(0);
  const axes = axesOf(node, node.ints('axes') ?? [0, 2, 3], x.type.shape.length);
  const mean = build.step(ops.reduceMean, [x], { axes, keepDims: true });
  const centred = build.step(ops.sub, [x, mean], dtypeOf(x));
  const square = build.step(ops.mul, [centred, centred], dtypeOf(x));
  const deviation = build.step(
    ops.sqrt,
    [build.step(ops.reduceMean, [square], { axes, keepDims: true })],
    {},
  );
  // The operator's own guard against division by zero.
  const guarded = build.step(ops.add, [deviation, scalar(build, x, 1e-9)], dtypeOf(x));
  return build.emit(ops.div, [centred, guarded], dtypeOf(x));
};

/** x by its norm along an axis. */
export const lpNormalization: Operator = (node, build) => {
  const x = node.value(0);
  const order = node.int('p', 2);
  if (order !== 1 && order !== 2) throw node.attributeFault('p', `is ${order}`, 'supported: 1 and 2');
  const axes = [axisOf(node, node.int('axis', -1), x.type.shape.length)];
  const powers = order === 1 ? build.step(ops.abs, [x], {}) : build.step(ops.mul, [x, x], dtypeOf(x));
  const total = build.step(ops.reduceSum, [powers], { axes, keepDims: true });
  const norm = order === 1 ? total : build.step(ops.sqrt, [total], {});
  return build.emit(ops.div, [x, norm], dtypeOf(x));
};

/** alpha·elu(x/alpha) */
export const celu: Operator = (node, build) => {
  const x = node.value(0);
  const alpha = scalar(build, x, node.float('alpha', 1));
  const curve = build.step(ops.elu, [build.step(ops.div, [x, alpha], dtypeOf(x))], { alpha: 1 });
  return build.emit(ops.mul, [curve, alpha], dtypeOf(x));
};

const largestFloat32 = (2 - 2 ** -23) * 2 ** 127;

/** log Σ e^x, the largest element (made finite) taken out first so that nothing overflows. */
export const reduceLogSumExp: Operator = (node, build) => {
  const x = node.value(0);
  const { shape } = x.type;
  const listed = listOf(node, 'axes', 1) ?? [];
  const noop = listed.length === 0 && node.int('noop_with_empty_axes', 0) !== 0;
  const all = shape.map((_, axis) => axis);
  const axes = listed.length > 0 ? axesOf(node, listed, shape.length) : noop ? [] : all;
  const keepDims = node.int('keepdims', 1) !== 0;
  const most = x.type.dtype === 'float32' ? largestFloat32 : Number.MAX_VALUE;
  const extreme = build.step(ops.reduceMax, [x], { axes, keepDims: true });
  const largest = build.step(ops.clip, [extreme], { min: -most, max: most });
  const powers = build.step(ops.exp, [build.step(ops.sub, [x, largest], dtypeOf(x))], {});
  const sum = build.step(ops.reduceSum, [powers], { axes, keepDims: true });
  const operands = [build.step(ops.log, [sum], {}), largest];
  if (keepDims) return build.emit(ops.add, operands, dtypeOf(x));
  const result = build.step(ops.add, operands, dtypeOf(x));
  return build.emit(ops.reshape, [result], { shape: shape.filter((_, axis) => !axes.includes(axis)) });
};

/** Copies side by side: every repeated axis gets a new one before it, which grows. */
export const tile: Operator = (node, build) => {
  const x = node.value(0);
  const { shape } = x.type;
  const repeats = node.integers(1, 'repeats') ?? [];
  if (repeats.length !== shape.length || repeats.some((count) => count < 0)) {
    throw node.unsupported(`repeats [${repeats.join(', ')}] of [${shape.join(', ')}]`);
  }
  if (repeats.every((count) => count === 1)) return x;
  const pairs = (outer: (axis: number) => number): number[] =>
    shape.flatMap((extent, axis) => (repeats[axis] === 1 ? [extent] : [outer(axis), extent]));
  const spread = build.step(ops.reshape, [x], { shape: pairs(() => 1) });
  const grown = build.step(ops.expand, [spread], { shape: pairs((axis) => repeats[axis] ?? 1) });
  return build.emit(ops.reshape, [grown], {
    shape: shape.map((extent, axis) => extent * (repeats[axis] ?? 1)),
  });
};

/** Normalises over everything from `axis` on, taken as one row; the parameters have an element for each of it. */
function normalizeRows(
  build: NodeBuilder,
  x: Value,
  axis: number,
  epsilon: number,
  parameters: readonly Value[],
): Value {
  const { shape } = x.type;
  const length = elementCount(shape.slice(axis));
  const flat = (value: Value): Value =>
    value.type.shape.length === 1 ? value : build.step(ops.reshape, [value], { shape: [length] });
  if (axis === shape.length - 1) {
    return build.emit(ops.layerNorm, [x, ...parameters.map(flat)], { axis, epsilon });
  }
  const rows = build.step(ops.reshape, [x], { shape: [elementCount(shape.slice(0, axis)), length] });
  const normal = build.step(ops.layerNorm, [rows, ...parameters.map(flat)], { axis: 1, epsilon });
  return build.emit(ops.reshape, [normal], { shape });
}

/** [C] as [C,1]. */
function column(build: NodeBuilder, value: Value): Value {
  return build.step(ops.reshape, [value], { shape: [elementCount(value.type.shape), 1] });
}

/** x − mean, and √(variance + epsilon). */
function spreadAround(build: NodeBuilder, x: Value, mean: Value, axes: readonly number[], epsilon: number) {
  const centred = build.step(ops.sub, [x, mean], dtypeOf(x));
  const square = build.step(ops.mul, [centred, centred], dtypeOf(x));
  const variance = build.step(ops.reduceMean, [square], { axes, keepDims: true });
  const spread = build.step(
    ops.sqrt,
    [build.step(ops.add, [variance, scalar(build, x, epsilon)], dtypeOf(x))],
    {},
  );
  return { centred, spread };
}

/** x·scale + bias with inputs 1 and 2 along the axis that `trailing` axes follow. */
function scaleChannels(
  node: NodeReader,
  build: NodeBuilder,
  x: Value,
  trailing: number,
  last: NodeBuilder['step'] = (op, inputs, attributes) => build.emit(op, inputs, attributes),
): Value {
  const [scale, bias] = [1, 2].map((index) => {
    const value = node.value(index);
    return build.step(ops.reshape, [value], {
      shape: [...value.type.shape, ...new Array<number>(trailing).fill(1)],
    });
  });
  if (!scale || !bias) throw node.unsupported('no scale or bias');
  return last(ops.add, [build.step(ops.mul, [x, scale], dtypeOf(x)), bias], dtypeOf(x));
}

function scalar(build: NodeBuilder, like: Value, value: number): Value {
  return build.constant('scalar', tensor(like.type.dtype, [], [value]));
}

function dtypeOf(value: Value) {
  return { dtype: value.type.dtype };
}
