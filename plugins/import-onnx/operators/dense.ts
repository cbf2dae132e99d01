import { ops, tensor, type DenseAttributes, type Tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';

/** Attributes of a product of floats of one type. */
function floatProduct(node: NodeReader, { type: { dtype } }: Value): DenseAttributes {
  if (dtype !== 'float32' && dtype !== 'float64') throw node.unsupported(`operands of type ${dtype}`);
  return { inputZeroPoint: 0, weightZeroPoint: 0, accumulator: dtype };
}

/** alpha·A'·B' + beta·C, on matrices; B' that is known at compile time makes it a dense layer. */
export const gemm: Operator = (node, build) => {
  if (node.opset < 7) node.ignore('broadcast');
  const a = node.int('transA', 0)
    ? build.step(ops.transpose, [node.value(0)], { perm: [1, 0] })
    : node.value(0);
  const transB = node.int('transB', 0) !== 0;
  const float = floatProduct(node, a);
  const alpha = node.float('alpha', 1);
  const beta = node.float('beta', 1);
  const weights = weightsOf(node, build, 1, transB);
  const columns = weights.type.shape[0] ?? 0;

  const c = node.has(2) && beta !== 0 ? node.value(2) : undefined;
  const bias = c && alpha === 1 ? biasOf(node, build, c, columns, beta) : undefined;
  if (alpha === 1 && (bias || !c)) return build.emit(ops.dense, [a, weights, ...(bias ? [bias] : [])], float);

  const { dtype } = a.type;
  const factor = (value: number): Value => build.constant('factor', tensor(dtype, [], [value]));
  const product = build.step(ops.dense, [a, weights], float);
  if (!c) return build.emit(ops.mul, [product, factor(alpha)], { dtype });
  const scaled = alpha === 1 ? product : build.step(ops.mul, [product, factor(alpha)], { dtype });
  const added = beta === 1 ? c : build.step(ops.mul, [c, factor(beta)], { dtype });
  return build.emit(ops.add, [scaled, added], { dtype });
};

/** numpy's matmul; a fixed matrix on the right makes it a dense layer over all other axes. */
export const matMul: Operator = (node, build) => {
  const a = node.value(0);
  const { dtype } = a.type;
  const float = dtype === 'float32' || dtype === 'float64';
  if (!float && dtype !== 'int32' && dtype !== 'int64') {
    throw node.unsupported(
      `operands of type ${dtype}`,
      'an integer net may need the import option `dialect`',
    );
  }
  if (float && isFixedMatrix(node, build, 1) && a.type.shape.length > 0) {
    return denseOver(build, a, weightsOf(node, build, 1, false), floatProduct(node, a));
  }
  return build.emit(ops.matmul, [a, node.value(1)], { aZeroPoint: 0, bZeroPoint: 0, accumulator: dtype });
};

/** A dense layer without bias over the last axis of x, of any rank. */
function denseOver(build: NodeBuilder, x: Value, weights: Value, float: DenseAttributes): Value {
  const leading = x.type.shape.slice(0, -1);
  if (leading.length === 1) return build.emit(ops.dense, [x, weights], float);
  const [columns = 0, depth = 0] = weights.type.shape;
  const rows = leading.reduce((product, extent) => product * extent, 1);
  const matrix = build.step(ops.reshape, [x], { shape: [rows, depth] });
  const product = build.step(ops.dense, [matrix, weights], float);
  return build.emit(ops.reshape, [product], { shape: [...leading, columns] });
}

/** Whether an input is a matrix that depends on constants alone. */
export function isFixedMatrix(node: NodeReader, build: NodeBuilder, index: number): boolean {
  const known = node.constantOrUndefined(index);
  if (known) return known.type.shape.length === 2;
  const value = node.value(index);
  return value.type.shape.length === 2 && build.scope.isFixed(value);
}

/** The weights [N,K] of a right-hand matrix [K,N], or [N,K] with `transposed`. Constants are transposed now. */
export function weightsOf(node: NodeReader, build: NodeBuilder, index: number, transposed: boolean): Value {
  const constant = node.constantOrUndefined(index);
  if (transposed) return node.value(index);
  if (constant?.type.shape.length === 2) {
    return build.scope.form(node.definition(index), 'transposed', () => transposeMatrix(constant));
  }
  return build.step(ops.transpose, [node.value(index)], { perm: [1, 0] });
}

/** The matrix with rows and columns exchanged. */
export function transposeMatrix(matrix: Tensor): Tensor {
  const [rows = 0, columns = 0] = matrix.type.shape;
  const data = matrix.data.slice();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      data[column * rows + row] = matrix.data[row * columns + column] as never;
    }
  }
  return { type: { ...matrix.type, shape: [columns, rows] }, data };
}

/** beta·C as a vector of one element per column, where it is one. */
function biasOf(
  node: NodeReader,
  build: NodeBuilder,
  c: Value,
  columns: number,
  beta: number,
): Value | undefined {
  const { shape, dtype } = c.type;
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (shape.slice(0, -1).some((extent) => extent !== 1) || (count !== 1 && count !== columns))
    return undefined;
  const constant = node.constantOrUndefined(2);
  if (constant) {
    if (beta === 1 && shape.length === 1 && count === columns) return c;
    const spread = Array.from(
      { length: columns },
      (_, i) => Number(constant.data[count === 1 ? 0 : i]) * beta,
    );
    return build.constant('bias', tensor(dtype, [columns], spread));
  }
  if (beta !== 1 || count !== columns) return undefined;
  return shape.length === 1 ? c : build.step(ops.reshape, [c], { shape: [columns] });
}
