import { defineOp } from '../ir/op.ts';
import { expectFactor, inferQuantizedBinary, type QuantizedBinaryAttributes } from './quantized-binary.ts';
import { evaluateQuantizedMul } from './quantized-loops.ts';
import { atLeast } from './type-checks.ts';

export type QuantizedMulAttributes = QuantizedBinaryAttributes;

const name = 'quantized_mul';

/**
 * Product of two quantized tensors, broadcast. `single`, `double`: one multiplier, aScale·bScale/outputScale, on
 * (a − za)·(b − zb). `real-even`: rint(((a − za)·sa)·((b − zb)·sb)/outputScale) in float64.
 */
export const quantizedMul = defineOp<QuantizedMulAttributes>({
  name,
  summary: 'Product of two quantized tensors',
  elementwise: true,
  infer(inputs, attributes) {
    const types = inferQuantizedBinary(name, inputs, attributes);
    const { rule, aScale, bScale, outputScale } = attributes;
    if (rule !== 'real-even') expectFactor(name, (aScale * bScale) / outputScale);
    return types;
  },
  evaluate(inputs, attributes) {
    const [a, b] = atLeast(inputs, 2);
    return [evaluateQuantizedMul(a, b, attributes)];
  },
});
