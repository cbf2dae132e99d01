import {
  elementCount,
  integerRange,
  ops,
  requantizeTo,
  roundHalfEven,
  tensor,
  type OpDefinition,
  type QuantizedBinaryAttributes,
  type Rounding,
  type Value,
} from 'match-compiler';
import type { NodeBuilder } from '../node-builder.ts';
import type { NodeReader } from '../node-reader.ts';
import type { Operator } from '../operator.ts';
import { axisOf } from './axes.ts';
import { quantizedScalar, quantizedType } from './quantization.ts';

/** The rounding of an element-wise operator under a named arithmetic rule. */
function elementRule(rounding: Rounding): QuantizedBinaryAttributes['rule'] {
  if (rounding === 'real-even') return 'real-even';
  return rounding === 'tflm-double' ? 'double' : 'single';
}

/** A, A_scale, A_zero_point, B, B_scale, B_zero_point, C_scale, C_zero_point */
const binary =
  (op: OpDefinition<QuantizedBinaryAttributes>): Operator =>
  (node, build) => {
    const dtype = quantizedType(node, 7, node.value(0).type.dtype);
    const { min, max } = integerRange(dtype);
    const result = output(node, 6);
    return build.emit(
      op,
      [node.value(0), node.value(3)],
      {
        rule: elementRule(build.rounding),
        aScale: quantizedScalar(node, 1, 'scale of the first operand'),
        aZeroPoint: quantizedScalar(node, 2, 'zero point of the first operand', 0),
        bScale: quantizedScalar(node, 4, 'scale of the second operand'),
        bZeroPoint: quantizedScalar(node, 5, 'zero point of the second operand', 0),
        outputScale: result.scale,
        zeroPoint: result.zeroPoint,
        min,
        max,
        dtype,
      },
      { quantization: { scale: [result.scale], zeroPoint: [result.zeroPoint] } },
    );
  };

export const qLinearAdd = binary(ops.quantizedAdd);
export const qLinearMul = binary(ops.quantizedMul);

/** X, X_scale, X_zero_point, Y_scale, Y_zero_point: any function of one element is a table. */
const table =
  (functionOf: (node: NodeReader) => (x: number) => number): Operator =>
  (node, build) => {
    const x = node.value(0);
    if (x.type.dtype !== 'int8' && x.type.dtype !== 'uint8')
      throw node.unsupported(`an input of type ${x.type.dtype}`);
    const dtype = quantizedType(node, 4, x.type.dtype);
    const inputScale = quantizedScalar(node, 1, 'input scale');
    const inputZeroPoint = quantizedScalar(node, 2, 'input zero point', 0);
    const result = output(node, 3);
    const apply = functionOf(node);
    const { min: lowest } = integerRange(x.type.dtype);
    const { min, max } = integerRange(dtype);
    const entries = Array.from({ length: 256 }, (_, i) => {
      const y = apply(inputScale * (i + lowest - inputZeroPoint));
      return Math.min(max, Math.max(min, roundHalfEven(y / result.scale) + result.zeroPoint));
    });
    return build.emit(
      ops.lookup,
      [x, build.constant('table', tensor(dtype, [256], entries))],
      {},
      { quantization: { scale: [result.scale], zeroPoint: [result.zeroPoint] } },
    );
  };

export const qLinearSigmoid = table(() => (x) => 1 / (1 + Math.exp(-x)));
export const qLinearLeakyRelu = table((node) => {
  const alpha = node.float('alpha', 0.01);
  return (x) => (x < 0 ? alpha * x : x);
});

/** X, X_scale, X_zero_point, Y_scale, Y_zero_point; flattens like Softmax where its `opset` is below 13. */
export const qLinearSoftmax: Operator = (node, build) => {
  const x = node.value(0);
  const { shape } = x.type;
  const axis = axisOf(node, node.int('axis', -1), shape.length);
  const result = output(node, 3);
  const rules = { 'real-even': 'real-even', 'tflm-double': 'gemmlowp' } as const;
  const attributes = {
    axis,
    rule:
      build.rounding === 'real-even' || build.rounding === 'tflm-double'
        ? rules[build.rounding]
        : ('float-table' as const),
    inputScale: quantizedScalar(node, 1, 'input scale'),
    outputScale: result.scale,
    zeroPoint: result.zeroPoint,
    dtype: quantizedType(node, 4, x.type.dtype),
  };
  const quantization = { scale: [result.scale], zeroPoint: [result.zeroPoint] };
  if (node.int('opset', 13) >= 13 || elementCount(shape.slice(axis + 1)) === 1) {
    return build.emit(ops.quantizedSoftmax, [x], attributes, { quantization });
  }
  const rows = elementCount(shape.slice(0, axis));
  const matrix = build.step(ops.reshape, [x], { shape: [rows, elementCount(shape.slice(axis))] });
  const softmax = build.step(ops.quantizedSoftmax, [matrix], { ...attributes, axis: 1 });
  return build.emit(ops.reshape, [softmax], { shape });
};

/** Y_scale, Y_zero_point, then X, X_scale, X_zero_point of each part. */
export const qLinearConcat: Operator = (node, build) => {
  const result = output(node, 0);
  const dtype = quantizedType(node, 1, 'uint8');
  const parts: Value[] = [];
  for (let index = 2; index < node.inputCount; index += 3) {
    const scale = quantizedScalar(node, index + 1, 'scale of a part');
    const zeroPoint = quantizedScalar(node, index + 2, 'zero point of a part', 0);
    const part = node.value(index);
    const same = scale === result.scale && zeroPoint === result.zeroPoint && part.type.dtype === dtype;
    parts.push(same ? part : rescale(build, part, scale, zeroPoint, result, dtype));
  }
  const axis = node.int('axis');
  if (axis === undefined) throw node.attributeFault('axis', 'is missing');
  const counted = axisOf(node, axis, parts[0]?.type.shape.length ?? 0);
  return build.emit(
    ops.concat,
    parts,
    { axis: counted },
    { quantization: { scale: [result.scale], zeroPoint: [result.zeroPoint] } },
  );
};

function rescale(
  build: NodeBuilder,
  part: Value,
  inputScale: number,
  inputZeroPoint: number,
  result: { readonly scale: number; readonly zeroPoint: number },
  dtype: Value['type']['dtype'],
): Value {
  return requantizeTo(
    build.scope.editor,
    part,
    {
      inputScale,
      weightScales: [1],
      outputScale: result.scale,
      axis: 0,
      inputZeroPoint,
      zeroPoint: result.zeroPoint,
      dtype,
      operator: 'other',
    },
    build.rounding,
    { name: build.stepName('rescaled'), loc: build.loc },
  );
}

function output(node: NodeReader, index: number): { readonly scale: number; readonly zeroPoint: number } {
  return {
    scale: quantizedScalar(node, index, 'output scale'),
    zeroPoint: quantizedScalar(node, index + 1, 'output zero point', 0),
  };
}
