import type { DataType } from '../ir/data-type.ts';
import { softmaxLongestFixedPointRow } from '../arithmetic/softmax-tables.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { evaluateQuantizedSoftmax } from './quantized-softmax-loops.ts';
import {
  atLeast,
  expectAxis,
  expectDtype,
  expectInputs,
  expectOneOf,
  expectScale,
  expectZeroPoint,
  resultType,
} from './type-checks.ts';

export type QuantizedSoftmaxAttributes = {
  readonly axis: number;
  readonly rule: 'float-table' | 'gemmlowp' | 'real-even';
  readonly inputScale: number;
  readonly outputScale: number;
  readonly zeroPoint: number;
  readonly dtype: DataType;
};

const name = 'quantized_softmax';

/**
 * Softmax of an 8-bit tensor along one axis. Depends on differences to the largest element only, so the input has no
 * zero point here. `float-table`: `softmaxFloatTable`, float32 sum and reciprocal, ⌊p + 0.5⌋. `gemmlowp`: the fixed
 * point of TFLite Micro (`softmaxFixedPointTable`). `real-even`: `softmaxRealTable`, float64 sum, rint(p/outputScale).
 */
export const quantizedSoftmax = defineOp<QuantizedSoftmaxAttributes>({
  name,
  summary: 'Softmax of an 8-bit tensor by a named rule',
  infer(inputs, attributes) {
    const [x] = expectInputs(name, inputs, 1);
    expectDtype(name, 'the input', x, ['int8', 'uint8']);
    expectAxis(name, attributes.axis, x.shape.length);
    expectOneOf(name, 'rule', attributes.rule, ['float-table', 'gemmlowp', 'real-even']);
    expectScale(name, 'the input scale', attributes.inputScale);
    expectScale(name, 'the output scale', attributes.outputScale);
    expectDtype(name, 'the output', { dtype: attributes.dtype, shape: [] }, ['int8', 'uint8', 'int16']);
    expectZeroPoint(name, 'the zero point', attributes.zeroPoint, attributes.dtype);
    const length = x.shape[attributes.axis] ?? 0;
    if (attributes.rule === 'gemmlowp' && length > softmaxLongestFixedPointRow) {
      throw new ShapeError(
        `${name}: rows of ${length} under the rule gemmlowp, which adds up ${softmaxLongestFixedPointRow}`,
      );
    }
    return [resultType(name, attributes.dtype, x.shape)];
  },
  evaluate(inputs, attributes) {
    const [x] = atLeast(inputs, 1);
    return [evaluateQuantizedSoftmax(x, attributes)];
  },
});
