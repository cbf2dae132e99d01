import { ops, type Conv2dAttributes, type RequantizeAttributes, type Value } from 'match-compiler';
import { convolution, type Sketch } from './sketch.ts';

/** Bounds and type of an int8 result. */
export const int8 = { min: -128, max: 127, dtype: 'int8' } as const;

/** A convolution of int8 values by random weights, scaled back to int8 by the rule `single`. */
export function quantizedConvolution(
  s: Sketch,
  x: Value,
  name: string,
  filters: number,
  zeroPoint: number,
  changes: Partial<Conv2dAttributes> = {},
  scaling: Partial<RequantizeAttributes> = {},
  shifts?: Value,
): Value {
  const attributes = convolution({ accumulator: 'int32', inputZeroPoint: -128, ...changes });
  const [, channels = 1] = x.type.shape;
  const weights = s.noise(`${name}.w`, 'int8', [filters, channels / attributes.groups, 3, 3], -127, 127);
  const bias = s.noise(`${name}.b`, 'int32', [filters], -2000, 2000);
  const sums = s.node(ops.conv2d, [x, weights, bias], attributes, `${name}.sums`);
  const constants = [
    s.noise(`${name}.multiplier`, 'int32', [filters], 2 ** 30, 2 ** 31 - 1),
    shifts ?? s.noise(`${name}.shift`, 'int8', [filters], -9, -7),
  ];
  return s.node(
    ops.requantize,
    [sums, ...constants],
    { rule: 'single', axis: 1, inputZeroPoint: 0, zeroPoint, ...int8, ...scaling },
    name,
  );
}
