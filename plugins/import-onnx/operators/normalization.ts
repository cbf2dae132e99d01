import { elementCount, ops, type OpDefinition, type SoftmaxAttributes } from 'match-compiler';
import type { Operator } from '../operator.ts';
import { axisOf } from './axes.ts';

/** Inference form only: the statistics are inputs. */
export const batchNormalization: Operator = (node, build) => {
  node.ignore('momentum', 'is_test');
  node.requireInt('training_mode', 0);
  if (node.opset < 9) node.requireInt('spatial', 1);
  if ([1, 2, 3, 4].some((output) => node.isRead(output))) throw node.unsupported('its training outputs');
  const parameters = [1, 2, 3, 4].map((index) => node.value(index));
  return build.emit(ops.batchNorm, [node.value(0), ...parameters], { epsilon: node.float('epsilon', 1e-5) });
};

/** Up to opset 12 over everything from the axis on, taken as one; from 13 on along the axis. */
const softmaxOf =
  (op: OpDefinition<SoftmaxAttributes>): Operator =>
  (node, build) => {
    const x = node.value(0);
    const { shape } = x.type;
    const flattens = node.opset < 13;
    const axis = axisOf(node, node.int('axis', flattens ? 1 : -1), shape.length);
    if (!flattens || elementCount(shape.slice(axis + 1)) === 1) return build.emit(op, [x], { axis });
    const rows = elementCount(shape.slice(0, axis));
    const matrix = build.step(ops.reshape, [x], { shape: [rows, elementCount(shape.slice(axis))] });
    const result = build.step(op, [matrix], { axis: 1 });
    return build.emit(ops.reshape, [result], { shape });
  };

export const softmax = softmaxOf(ops.softmax);
export const logSoftmax = softmaxOf(ops.logSoftmax);

/** By the neighbouring channels. */
export const localResponseNormalization: Operator = (node, build) =>
  build.emit(ops.lrn, [node.value(0)], {
    size: node.int('size', 1),
    alpha: node.float('alpha', 1e-4),
    beta: node.float('beta', 0.75),
    bias: node.float('bias', 1),
  });
