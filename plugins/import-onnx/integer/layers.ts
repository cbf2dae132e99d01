import { ops, type Tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import { transposeMatrix } from '../operators/dense.ts';
import { asImage, onImage, readWindow, spatialShape } from '../operators/window.ts';
import { biasConstant, weightConstant } from './constants.ts';
import type { IntegerOperator } from './operators.ts';
import type { IntegerSession } from './session.ts';

const integer = { inputZeroPoint: 0, weightZeroPoint: 0, accumulator: 'int32' } as const;

/** Integer convolution into int32. */
export const conv: IntegerOperator = (node, build, session) => {
  const x = node.value(0);
  const weights = requiredWeights(node, build);
  const window = readWindow(node, spatialShape(node, x), weights.type.shape.slice(2));
  const attributes = {
    ...integer,
    strides: window.strides,
    dilations: window.dilations,
    pads: window.pads,
    groups: node.int('group', 1),
  };
  const bias = node.has(2) ? [biasConstant(node, build, 2)] : [];
  const result = onImage(build, x, (image, add) =>
    add(ops.conv2d, [image, asImage(build, weights), ...bias], attributes),
  );
  bound(session, x, result, weights.constant, bias[0]?.constant);
  return result;
};

/** Integer matrix product into int32; constant weights make it a dense layer. */
export const matMul: IntegerOperator = (node, build, session) => {
  const x = node.value(0);
  const weights = weightConstant(node, build, 1);
  const constant = weights?.constant;
  if (constant?.type.shape.length !== 2) {
    return build.emit(ops.matmul, [x, weights ?? node.value(1)], {
      aZeroPoint: 0,
      bZeroPoint: 0,
      accumulator: 'int32',
    });
  }
  const transposed = build.scope.form(node.definition(1), 'transposed', () => transposeMatrix(constant));
  const [columns = 0, depth = 0] = transposed.type.shape;
  const leading = x.type.shape.slice(0, -1);
  let result: Value;
  if (leading.length === 1) {
    result = build.emit(ops.dense, [x, transposed], integer);
  } else {
    const rows = leading.reduce((product, extent) => product * extent, 1);
    const matrix = build.step(ops.reshape, [x], { shape: [rows, depth] });
    const product = build.step(ops.dense, [matrix, transposed], integer);
    result = build.emit(ops.reshape, [product], { shape: [...leading, columns] });
  }
  if (result.type.shape.length === 2) bound(session, x, result, transposed.constant, undefined);
  return result;
};

/** Integer dense layer into int32. */
export const gemm: IntegerOperator = (node, build, session) => {
  for (const name of ['alpha', 'beta'] as const) {
    const factor = node.float(name, 1);
    if (factor !== 1) throw node.attributeFault(name, `is ${factor} in an integer net`);
  }
  const x = node.int('transA', 0)
    ? build.step(ops.transpose, [node.value(0)], { perm: [1, 0] })
    : node.value(0);
  const weights = requiredWeights(node, build);
  const { constant } = weights;
  const arranged =
    node.int('transB', 0) || !constant
      ? weights
      : build.scope.form(node.definition(1), 'transposed', () => transposeMatrix(constant));
  const bias = node.has(2) ? [biasVector(node, build, arranged.type.shape[0] ?? 0)] : [];
  const result = build.emit(ops.dense, [x, arranged, ...bias], integer);
  bound(session, x, result, arranged.constant, bias[0]?.constant);
  return result;
};

function biasVector(node: NodeReader, build: NodeBuilder, columns: number): Value {
  const bias = biasConstant(node, build, 2);
  if (bias.type.shape.length === 1 && bias.type.shape[0] === columns) return bias;
  if (bias.constant?.data.length !== columns)
    throw node.unsupported(`a bias of shape [${bias.type.shape.join(', ')}]`);
  return build.step(ops.reshape, [bias], { shape: [columns] });
}

function requiredWeights(node: NodeReader, build: NodeBuilder): Value {
  const weights = weightConstant(node, build, 1);
  if (!weights) throw node.unsupported('weights that are computed at run time, in an integer net');
  return weights;
}

function bound(
  session: IntegerSession,
  x: Value,
  result: Value,
  weights: Tensor | undefined,
  bias: Tensor | undefined,
): void {
  if (weights) session.bounds.set(result, session.bounds.product(x, weights, bias));
}
