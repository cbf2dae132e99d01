import { addLeftShift } from '../arithmetic/quantized-add.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { expectFactor, inferQuantizedBinary, type QuantizedBinaryAttributes } from './quantized-binary.ts';
import { evaluateQuantizedAdd } from './quantized-loops.ts';
import { atLeast } from './type-checks.ts';

export type QuantizedAddAttributes = QuantizedBinaryAttributes;

const name = 'quantized_add';

/**
 * Sum of two quantized tensors, broadcast. `single`, `double`: TFLite's scheme (see `addScales`): both operands are
 * shifted left, scaled to twice the larger input scale, added, and scaled to the output, each scaling rounded by the
 * rule; int16 operands then have zero points of 0. `real-even`: rint(((a − za)·sa + (b − zb)·sb)/outputScale) in float64.
 */
export const quantizedAdd = defineOp<QuantizedAddAttributes>({
  name,
  summary: 'Sum of two quantized tensors',
  elementwise: true,
  infer(inputs, attributes) {
    const types = inferQuantizedBinary(name, inputs, attributes);
    const { rule, aScale, aZeroPoint, bScale, bZeroPoint, outputScale } = attributes;
    if (rule === 'real-even') return types;
    const dtype = inputs[0]?.dtype ?? 'int8';
    if (dtype === 'int16' && (aZeroPoint !== 0 || bZeroPoint !== 0)) {
      throw new ShapeError(
        `${name}: zero points ${aZeroPoint} and ${bZeroPoint} on int16, which leaves room for 0 only`,
      );
    }
    expectFactor(name, (2 * Math.max(aScale, bScale)) / (2 ** addLeftShift(dtype) * outputScale));
    return types;
  },
  evaluate(inputs, attributes) {
    const [a, b] = atLeast(inputs, 2);
    return [evaluateQuantizedAdd(a, b, attributes)];
  },
});
