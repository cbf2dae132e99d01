import { ops, type DataType, type Value } from 'match-compiler';
import type { AnyOp, CaseBuilder } from '../network-cases.ts';

/** An operator whatever its attributes. */
export const op = (definition: unknown): AnyOp => definition as AnyOp;

export const integers: readonly DataType[] = [
  'int8',
  'uint8',
  'int16',
  'uint16',
  'int32',
  'uint32',
  'int64',
  'uint64',
];
export const floats: readonly DataType[] = ['float32', 'float64'];
export const allTypes: readonly DataType[] = ['bool', ...integers, ...floats];

/** Constants of a requantize node by rule, per channel or for the whole tensor. */
export function requantizeConstants(
  b: CaseBuilder,
  rule: string,
  channels: number,
  scale: number,
): { readonly values: readonly Value[]; readonly attributes: object } {
  const each = (make: (i: number) => number): number[] => Array.from({ length: channels }, (_, i) => make(i));
  switch (rule) {
    case 'single':
    case 'double': {
      const shift = Math.floor(Math.log2(scale)) + 1;
      return {
        values: [
          b.values(
            'int32',
            each((i) => 2 ** 30 + ((i * 123456789 + 987654321) % 2 ** 30)),
          ),
          b.values(
            'int8',
            each((i) => shift - (i % 3)),
          ),
        ],
        attributes: {},
      };
    }
    case 'real-even':
      return {
        values: [
          b.values(
            'float64',
            each((i) => scale * (1 + i / 7) * 0.03),
          ),
        ],
        attributes: { denominator: 0.03 },
      };
    case 'shift': {
      const shift = Math.min(31, Math.max(0, Math.round(Math.log2(4 / scale))));
      return {
        values: [
          b.values(
            'int32',
            each((i) => 3 + 2 * i),
          ),
          b.values(
            'int32',
            each((i) => 1000 - 777 * i),
          ),
          b.values(
            'int8',
            each((i) => Math.max(0, shift - (i % 3))),
          ),
        ],
        attributes: { inputZeroPoint: 0, zeroPoint: 0 },
      };
    }
    default:
      return {
        values: [
          b.values(
            'int32',
            each((i) => 3 + 2 * i),
          ),
          b.values(
            'int32',
            each((i) => 1000 - 777 * i),
          ),
        ],
        attributes: {
          divisor: rule === 'floor' ? 2 ** Math.round(Math.log2(4 / scale)) : Math.round(4 / scale) + 1,
        },
      };
  }
}

/** Rules of requantize; the last one divides by a number that is no power of two. */
export const rules = ['single', 'double', 'real-even', 'floor', 'floor-division', 'shift'] as const;

/** Scales an accumulator and makes the result an output. */
export function requantized(
  b: CaseBuilder,
  acc: Value,
  rule: (typeof rules)[number],
  channels: number,
  scale: number,
  dtype: DataType,
  axis = 1,
): void {
  const { values, attributes } = requantizeConstants(b, rule, channels, scale);
  const range = { int8: [-128, 127, -5], uint8: [0, 255, 17], int16: [-32768, 32767, 0] } as const;
  const [min, max, zeroPoint] = range[dtype as 'int8'];
  b.check(op(ops.requantize), [acc, ...values], {
    rule: rule.startsWith('floor') ? 'floor' : rule,
    axis,
    inputZeroPoint: 0,
    zeroPoint,
    min: min + 1,
    max,
    dtype,
    ...attributes,
  });
}
