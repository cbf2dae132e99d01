import { elementCount, ops, tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import { averageAttributes, globalWindow, type PoolWindow } from '../operators/pooling.ts';
import { reductionAttributes } from '../operators/reduction.ts';
import { asImage, onImage } from '../operators/window.ts';
import { widen } from './element-wise.ts';
import type { IntegerOperator } from './operators.ts';
import type { IntegerSession } from './session.ts';

export const averagePool: IntegerOperator = (node, build, session) => {
  const x = node.value(0);
  const { countIncludePad, ...window } = averageAttributes(node, x);
  const everyWindowCounts =
    !window.ceilMode && (countIncludePad || window.pads.every((amount) => amount === 0));
  return mean(node, build, session, x, window, countIncludePad, everyWindowCounts);
};

export const globalAveragePool: IntegerOperator = (node, build, session) => {
  const x = node.value(0);
  const { shape } = x.type;
  if (shape.length !== 3 && shape.length !== 4)
    throw node.unsupported(`an input of shape [${shape.join(', ')}]`);
  const window = globalWindow(shape.length === 3 ? asImage(build, x) : x);
  return mean(node, build, session, x, window, false, true);
};

/**
 * The mean of integers: where only a multiplication by the count reads it, the exact sum; otherwise the mean rounded
 * down, a convention, because the dialect leaves it open.
 */
function mean(
  node: NodeReader,
  build: NodeBuilder,
  session: IntegerSession,
  x: Value,
  window: PoolWindow,
  countIncludePad: boolean,
  everyWindowCounts: boolean,
): Value {
  const count = elementCount(window.kernel);
  if (everyWindowCounts && x.type.dtype !== 'int64' && isMultipliedBy(node, count)) {
    const sum = onImage(build, x, (image, add) =>
      add(ops.sumPool2d, [image], { ...window, inputZeroPoint: 0 }),
    );
    const { low, high } = session.bounds.of(x);
    session.bounds.set(sum, {
      low: low.map((value) => value * count),
      high: high.map((value) => value * count),
    });
    const [output] = node.node.outputs;
    if (output) session.sums.set(output, count);
    session.note(`${node.op} times its count of ${count}: an exact sum`);
    return sum;
  }
  session.note(`${node.op} on integers: the mean is rounded down`);
  return onImage(build, x, (image, add) =>
    add(ops.averagePool2d, [image], { ...window, countIncludePad, rounding: 'floor' }),
  );
}

export const reduceSum: IntegerOperator = (node, build) => {
  const x = widen(build, node.value(0));
  return build.emit(ops.reduceSum, [x], reductionAttributes(node, x));
};

/** As the pools: a sum where the count follows, otherwise rounded down. */
export const reduceMean: IntegerOperator = (node, build, session) => {
  const x = widen(build, node.value(0));
  const attributes = reductionAttributes(node, x);
  const count = elementCount(attributes.axes.map((axis) => x.type.shape[axis] ?? 1));
  if (isMultipliedBy(node, count)) {
    const [output] = node.node.outputs;
    if (output) session.sums.set(output, count);
    session.note(`${node.op} times its count of ${count}: an exact sum`);
    return build.emit(ops.reduceSum, [x], attributes);
  }
  session.note(`${node.op} on integers: the mean is rounded down`);
  const { dtype } = x.type;
  const sum = build.step(ops.reduceSum, [x], attributes);
  return build.emit(ops.div, [sum, build.constant('count', tensor(dtype, [], [count]))], {
    dtype,
    rounding: 'floor',
  });
};

/** Whether the only reader of the node multiplies by this number. */
function isMultipliedBy(node: NodeReader, count: number): boolean {
  const [output] = node.node.outputs;
  if (!output || node.graph.outputs.some(({ definition }) => definition === output)) return false;
  const readers = node.graph.readers.get(output) ?? [];
  const [reader] = readers;
  if (readers.length !== 1 || reader?.op !== 'Mul') return false;
  const factor = reader.inputs.find((input) => input !== output);
  const data = factor && node.literal(factor)?.data;
  return data?.length === 1 && Number(data[0]) === count;
}
