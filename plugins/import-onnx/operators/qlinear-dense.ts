import { ops, requantizeTo, tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { isFixedMatrix, transposeMatrix } from './dense.ts';
import { quantizedScalar, quantizedType } from './quantization.ts';
import { integerBias, integerWeights, scaleList, zeros } from './qlinear-weights.ts';

interface Operands {
  readonly a: number;
  readonly b: number;
  readonly bZeroPoint: number;
  readonly aZeroPoint: number;
}

/** The int32 product of two quantized matrices; a fixed one on the right makes it a dense layer. */
function multiply(node: NodeReader, build: NodeBuilder, operands: Operands, add: NodeBuilder['step']): Value {
  const a = node.value(operands.a);
  const { aZeroPoint } = operands;
  const inputs = { weights: operands.b, zeroPoint: operands.bZeroPoint };
  if (a.type.shape.length === 2 && isFixedMatrix(node, build, operands.b)) {
    const weights = integerWeights(node, build, inputs, 1, {
      form: 'transposed',
      constant: transposeMatrix,
      value: (value) => build.step(ops.transpose, [value], { perm: [1, 0] }),
    });
    const attributes = {
      inputZeroPoint: aZeroPoint,
      weightZeroPoint: weights.zeroPoint,
      accumulator: 'int32' as const,
    };
    return add(ops.dense, [a, weights.value], attributes);
  }
  const rank = node.value(operands.b).type.shape.length;
  const weights = integerWeights(node, build, inputs, Math.max(0, rank - 1));
  return add(ops.matmul, [a, weights.value], {
    aZeroPoint,
    bZeroPoint: weights.zeroPoint,
    accumulator: 'int32',
  });
}

/** a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point */
export const qLinearMatMul: Operator = (node, build) => {
  const aZeroPoint = quantizedScalar(node, 2, 'zero point of the left operand', 0);
  const acc = multiply(node, build, { a: 0, b: 3, bZeroPoint: 5, aZeroPoint }, (...args) =>
    build.step(...args),
  );
  return requantize(node, build, acc, {
    inputScale: quantizedScalar(node, 1, 'scale of the left operand'),
    weightScales: scaleList(node, 4, 'scale of the right operand'),
    scaleInput: 6,
  });
};

/** a, b, a_zero_point, b_zero_point → int32 */
export const matMulInteger: Operator = (node, build) => {
  const aZeroPoint = quantizedScalar(node, 2, 'zero point of the left operand', 0);
  return multiply(node, build, { a: 0, b: 1, bZeroPoint: 3, aZeroPoint }, (op, inputs, attributes) =>
    build.emit(op, inputs, attributes),
  );
};

/** A, a_scale, a_zero_point, B, b_scale, b_zero_point, C, y_scale, y_zero_point; float32 without y_scale. */
export const qGemm: Operator = (node, build) => {
  const a = node.int('transA', 0)
    ? build.step(ops.transpose, [node.value(0)], { perm: [1, 0] })
    : node.value(0);
  const transposed = node.int('transB', 0) !== 0;
  const arrange = {
    form: 'transposed',
    constant: transposeMatrix,
    value: (value: Value) => build.step(ops.transpose, [value], { perm: [1, 0] }),
  };
  const weights = integerWeights(
    node,
    build,
    { weights: 3, zeroPoint: 5 },
    transposed ? 0 : 1,
    transposed ? undefined : arrange,
  );
  const acc = build.step(ops.dense, [a, weights.value, ...integerBias(node, 6)], {
    inputZeroPoint: quantizedScalar(node, 2, 'zero point of A', 0),
    weightZeroPoint: weights.zeroPoint,
    accumulator: 'int32',
  });
  const inputScale = quantizedScalar(node, 1, 'scale of A') * node.float('alpha', 1);
  const weightScales = scaleList(node, 4, 'scale of B');
  if (node.has(7)) return requantize(node, build, acc, { inputScale, weightScales, scaleInput: 7 });
  const scales = weightScales.map((scale) => Math.fround(scale * inputScale));
  const scale = build.constant('scale', tensor('float32', [scales.length], scales));
  return build.emit(ops.dequantize, [acc, scale, zeros(build, scales.length)], { axis: 1 });
};

function requantize(
  node: NodeReader,
  build: NodeBuilder,
  acc: Value,
  scales: {
    readonly inputScale: number;
    readonly weightScales: readonly number[];
    /** Input of the output scale; its zero point is the next one. */
    readonly scaleInput: number;
  },
): Value {
  const { inputScale, weightScales, scaleInput } = scales;
  const dtype = quantizedType(node, scaleInput + 1, node.value(0).type.dtype);
  const outputScale = quantizedScalar(node, scaleInput, 'output scale');
  const zeroPoint = quantizedScalar(node, scaleInput + 1, 'output zero point', 0);
  return requantizeTo(
    build.scope.editor,
    acc,
    {
      inputScale,
      weightScales,
      outputScale,
      axis: acc.type.shape.length - 1,
      zeroPoint,
      dtype,
      operator: 'dense',
    },
    build.rounding,
    {
      name: build.resultName(dtype),
      loc: build.loc,
      quantization: { scale: [outputScale], zeroPoint: [zeroPoint] },
    },
  );
}
