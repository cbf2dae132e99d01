import { ops, type ArgExtremeAttributes, type OpDefinition } from 'match-compiler';
import type { Operator } from '../operator.ts';
import { axisOf } from './axes.ts';

const argExtreme =
  (op: OpDefinition<ArgExtremeAttributes>): Operator =>
  (node, build) => {
    const x = node.value(0);
    return build.emit(op, [x], {
      axis: axisOf(node, node.int('axis', 0), x.type.shape.length),
      keepDims: node.int('keepdims', 1) !== 0,
      lastIndex: node.int('select_last_index', 0) !== 0,
      dtype: 'int64',
    });
  };

export const argMax = argExtreme(ops.argMax);
export const argMin = argExtreme(ops.argMin);

/** The k best elements, in order whether `sorted` or not. Up to opset 9 k is an attribute, then an input. */
export const topK: Operator = (node, build) => {
  const x = node.value(0);
  node.ignore('sorted');
  const k = node.opset < 10 ? node.int('k') : node.scalar(1, 'k');
  if (k === undefined) throw node.unsupported('no k');
  return build.emitAll(ops.topK, [x], {
    axis: axisOf(node, node.int('axis', -1), x.type.shape.length),
    k,
    largest: node.int('largest', 1) !== 0,
  });
};

/** The axis is an input: a constant, or bound. */
export const cumSum: Operator = (node, build) => {
  const x = node.value(0);
  const axis = node.scalar(1, 'axis');
  if (axis === undefined) throw node.unsupported('no axis');
  return build.emit(ops.cumSum, [x], {
    axis: axisOf(node, axis, x.type.shape.length),
    exclusive: node.int('exclusive', 0) !== 0,
    reverse: node.int('reverse', 0) !== 0,
  });
};
