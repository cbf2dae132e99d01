import type { DataType } from '../ir/data-type.ts';
import { isInteger } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { requantizeElements } from './requantize-loops.ts';
import {
  expectAxis,
  expectBounds,
  expectDtype,
  expectInputs,
  expectOneOf,
  expectPerChannel,
  expectScale,
  resultType,
} from './type-checks.ts';

/** How an accumulator is scaled; docs/arithmetic.md has the formulas. */
export type RequantizeRule = 'single' | 'double' | 'real-even' | 'floor';

export type RequantizeAttributes = {
  readonly rule: RequantizeRule;
  /** Axis of constants with more than one element. */
  readonly axis: number;
  readonly inputZeroPoint: number;
  readonly zeroPoint: number;
  readonly min: number;
  readonly max: number;
  readonly dtype: DataType;
  /** Rule `real-even`: the output scale. */
  readonly denominator?: number;
  /** Rule `floor`: a positive integer. */
  readonly divisor?: number;
};

const name = 'requantize';
const outputTypes: readonly DataType[] = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32'];

/**
 * y = clamp(zeroPoint + R(acc − inputZeroPoint), min, max) with R by `rule`; constants have one element or one per
 * index of `axis`.
 * `single`, `double`: [acc, multiplier int32, shift int8], R(x) ≈ x·multiplier·2^(shift − 31) as `requantizeSingle`
 * and `requantizeDouble` round it. `real-even`: [acc, numerator float64], R(x) = rint(x·numerator/denominator), the
 * product and the quotient each rounded to float64. `floor`: [acc, multiplier int32, addend int32 or int64],
 * R(x) = ⌊(x·multiplier + addend)/divisor⌋. Evaluation throws a ShapeError for a shift outside −31 … 30.
 */
export const requantize = defineOp<RequantizeAttributes>({
  name,
  summary: 'Scales an accumulator to a quantized type by a named rounding rule',
  elementwise: true,
  infer(inputs, attributes) {
    const { rule, axis, dtype, denominator, divisor } = attributes;
    expectOneOf(name, 'rule', rule, ['single', 'double', 'real-even', 'floor']);
    const [acc, first, second] = expectInputs(name, inputs, 2, 3);
    if (inputs.length !== (rule === 'real-even' ? 2 : 3)) {
      throw new ShapeError(`${name}: ${inputs.length - 1} constants for the rule ${rule}`);
    }
    if (!isInteger(acc.dtype)) throw new ShapeError(`${name}: the accumulator is ${acc.dtype}`);
    const constants = [first, ...(second ? [second] : [])];
    if (constants.some((constant) => constant.shape[0] !== undefined && constant.shape[0] !== 1)) {
      expectAxis(name, axis, acc.shape.length);
    }
    constants.forEach((constant, i) => expectPerChannel(name, `constant ${i}`, constant, acc.shape[axis]));
    if (rule === 'single' || rule === 'double') {
      expectDtype(name, 'the multiplier', first, ['int32']);
      if (second) expectDtype(name, 'the shift', second, ['int8']);
      if (rule === 'double')
        expectDtype(name, 'the accumulator', acc, ['int8', 'uint8', 'int16', 'uint16', 'int32']);
    } else if (rule === 'real-even') {
      expectDtype(name, 'the numerator', first, ['float64']);
      expectScale(name, 'the denominator', denominator ?? NaN);
    } else {
      expectDtype(name, 'the multiplier', first, ['int32']);
      if (second) expectDtype(name, 'the addend', second, ['int32', 'int64']);
      if (!Number.isSafeInteger(divisor) || (divisor ?? 0) < 1)
        throw new ShapeError(`${name}: the divisor is ${divisor}`);
    }
    expectDtype(name, 'the output', { dtype, shape: [] }, outputTypes);
    expectBounds(name, attributes.min, attributes.max, dtype);
    for (const zeroPoint of [attributes.inputZeroPoint, attributes.zeroPoint]) {
      if (!Number.isInteger(zeroPoint) || Math.abs(zeroPoint) > 2 ** 31) {
        throw new ShapeError(`${name}: a zero point is ${zeroPoint}`);
      }
    }
    return [resultType(name, dtype, acc.shape)];
  },
  evaluate(inputs, attributes) {
    return [requantizeElements(inputs, attributes)];
  },
});
