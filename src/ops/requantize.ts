import type { DataType } from '../ir/data-type.ts';
import { isInteger } from '../ir/data-type.ts';
import { defineOp, ShapeError } from '../ir/op.ts';
import { requantizeElements } from './requantize-loops.ts';
import {
  expectAxis,
  expectBounds,
  expectDtype,
  expectInputs,
  expectIntegers,
  expectOneOf,
  expectPerChannel,
  expectScale,
  resultType,
} from './type-checks.ts';

/** How an accumulator is scaled; docs/arithmetic.md has the formulas. */
export type RequantizeRule = 'single' | 'double' | 'real-even' | 'floor' | 'shift';

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
  /**
   * Rule `shift`: |acc·multiplier| and |acc·multiplier + addend| are below 2^productBits for every sum that can
   * occur, as whoever made the node has proven; nothing is known when absent.
   */
  readonly productBits?: number;
};

const name = 'requantize';
const inputCounts: Readonly<Record<RequantizeRule, number>> = {
  single: 3,
  double: 3,
  'real-even': 2,
  floor: 3,
  shift: 4,
};
const outputTypes: readonly DataType[] = ['int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32'];

/**
 * y = clamp(zeroPoint + R(acc − inputZeroPoint), min, max) with R by `rule`; constants have one element or one per
 * index of `axis`.
 * `single`, `double`: [acc, multiplier int32, shift int8], R(x) ≈ x·multiplier·2^(shift − 31) as `requantizeSingle`
 * and `requantizeDouble` round it. `real-even`: [acc, numerator float64], R(x) = rint(x·numerator/denominator), the
 * product and the quotient each rounded to float64. `floor`: [acc, multiplier int32, addend int32 or int64],
 * R(x) = ⌊(x·multiplier + addend)/divisor⌋. `shift`: [acc, multiplier int32, addend int32, shift int8],
 * R(x) = ⌊(x·multiplier + addend)/2^shift⌋, with both zero points 0: accelerators have them in the addend.
 * Evaluation throws a ShapeError for a shift outside −31 … 30 (for the rule `shift`, outside 0 … 31) and for a
 * product that breaks the promise of `productBits`.
 */
export const requantize = defineOp<RequantizeAttributes>({
  name,
  summary: 'Scales an accumulator to a quantized type by a named rounding rule',
  elementwise: true,
  infer(inputs, attributes) {
    const { rule, axis, dtype, denominator, divisor } = attributes;
    expectOneOf(name, 'rule', rule, ['single', 'double', 'real-even', 'floor', 'shift']);
    const [acc, first, second, third] = expectInputs(name, inputs, 2, 4);
    if (inputs.length !== inputCounts[rule]) {
      throw new ShapeError(`${name}: ${inputs.length - 1} constants for the rule ${rule}`);
    }
    if (!isInteger(acc.dtype)) throw new ShapeError(`${name}: the accumulator is ${acc.dtype}`);
    const constants = inputs.slice(1);
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
    } else if (rule === 'shift') {
      expectDtype(name, 'the multiplier', first, ['int32']);
      if (second) expectDtype(name, 'the addend', second, ['int32']);
      if (third) expectDtype(name, 'the shift', third, ['int8']);
      const { inputZeroPoint, zeroPoint, productBits } = attributes;
      if (productBits !== undefined) expectIntegers(name, 'productBits', [productBits], 1, 1);
      if (inputZeroPoint !== 0 || zeroPoint !== 0) {
        throw new ShapeError(
          `${name}: zero points ${inputZeroPoint} and ${zeroPoint} where the addend holds them`,
        );
      }
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
