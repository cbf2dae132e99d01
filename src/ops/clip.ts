import { integerRange, isInteger } from '../ir/data-type.ts';
import { ShapeError } from '../ir/op.ts';
import { defineUnary, integerTypes } from './element-wise.ts';

export type ClipAttributes = {
  /** −∞ for none, on floats. */
  readonly min: number;
  /** ∞ for none, on floats. */
  readonly max: number;
};

/** x limited to min..max, as C's `x < min ? min : x > max ? max : x` (min above max gives max for x ≥ min). NaN passes. */
export const clip = defineUnary<ClipAttributes>({
  name: 'clip',
  summary: 'Limits to min..max; relu and relu6 too',
  integers: integerTypes,
  check({ min, max }, x) {
    if (!(min <= max)) throw new ShapeError(`clip: bounds ${min}..${max}`);
    if (!isInteger(x.dtype)) return;
    const range = integerRange(x.dtype);
    if (!Number.isInteger(min) || !Number.isInteger(max) || min < range.min || max > range.max) {
      throw new ShapeError(`clip: bounds ${min}..${max} on ${x.dtype}`);
    }
  },
  real({ min, max }, round) {
    const [low, high] = [round(min), round(max)];
    return (x) => (x < low ? low : x > high ? high : x);
  },
  wide({ min, max }) {
    const [low, high] = [BigInt(min), BigInt(max)];
    return (x) => (x < low ? low : x > high ? high : x);
  },
});
