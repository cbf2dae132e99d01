import { elementCount, ops, requantizeTo, tensor, type Value } from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { isFixedMatrix, transposeMatrix } from './dense.ts';
import { quantizedScalar, quantizedType } from './quantization.ts';
import {
  integerBias,
  integerInput,
  integerWeights,
  scaleList,
  zeros,
  type IntegerWeights,
} from './qlinear-weights.ts';

interface Operands {
  /** The left operand and its zero point. */
  readonly left: IntegerWeights;
  /** Inputs of the right operand and its zero points. */
  readonly b: number;
  readonly bZeroPoint: number;
}

/** The int32 product of two quantized matrices; a fixed one on the right makes it a dense layer. */
function multiply(node: NodeReader, build: NodeBuilder, operands: Operands, add: NodeBuilder['step']): Value {
  const { value: a, zeroPoint: aZeroPoint } = operands.left;
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
  const left = leftOperand(node, build);
  const acc = multiply(node, build, { left, b: 3, bZeroPoint: 5 }, (...args) => build.step(...args));
  return requantize(node, build, acc, {
    inputScale: quantizedScalar(node, 1, 'scale of the left operand'),
    weightScales: scaleList(node, 4, 'scale of the right operand'),
    scaleInput: 6,
  });
};

/** a, b, a_zero_point, b_zero_point → int32 */
export const matMulInteger: Operator = (node, build) => {
  const left = leftOperand(node, build);
  return multiply(node, build, { left, b: 1, bZeroPoint: 3 }, (op, inputs, attributes) =>
    build.emit(op, inputs, attributes),
  );
};

/** Input 0 with the zero points of input 2, which may differ by row. */
function leftOperand(node: NodeReader, build: NodeBuilder): IntegerWeights {
  const rank = node.value(0).type.shape.length;
  return integerInput(node, build, { x: 0, zeroPoint: 2 }, Math.max(0, rank - 2));
}

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
  const [bias] = integerBias(node, 6);
  const columns = weights.value.type.shape[0] ?? 0;
  const vector = bias && columnBias(node, build, bias, columns);
  const product = build.step(ops.dense, [a, weights.value, ...(vector ? [vector] : [])], {
    inputZeroPoint: quantizedScalar(node, 2, 'zero point of A', 0),
    weightZeroPoint: weights.zeroPoint,
    accumulator: 'int32',
  });
  const acc = bias && !vector ? build.step(ops.add, [product, bias], { dtype: 'int32' }) : product;
  const inputScale = quantizedScalar(node, 1, 'scale of A') * node.float('alpha', 1);
  const weightScales = scaleList(node, 4, 'scale of B');
  if (node.has(7)) return requantize(node, build, acc, { inputScale, weightScales, scaleInput: 7 });
  const scales = weightScales.map((scale) => Math.fround(scale * inputScale));
  const scale = build.constant('scale', tensor('float32', [scales.length], scales));
  return build.emit(ops.dequantize, [acc, scale, zeros(build, scales.length)], { axis: 1 });
};

/** A bias that is the same in every row as a list of one entry per column. */
function columnBias(node: NodeReader, build: NodeBuilder, bias: Value, columns: number): Value | undefined {
  const { shape } = bias.type;
  const count = elementCount(shape);
  if (count === columns && (shape.at(-1) === columns || columns === 1)) {
    return shape.length === 1 ? bias : build.step(ops.reshape, [bias], { shape: [columns] });
  }
  const known = node.constantOrUndefined(6);
  if (count !== 1 || !known) return undefined;
  return build.constant(
    'bias',
    tensor('int32', [columns], new Array<number>(columns).fill(Number(known.data[0]))),
  );
}

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
