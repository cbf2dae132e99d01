import { ops, tensor, type DataType } from 'match-compiler';
import type { CaseBuilder, Range } from '../network-cases.ts';
import { op, requantizeConstants, requantized, rules } from './shared.ts';

/** Requantization alone and behind other producers, all rules, many accumulator types. */
export function requantizeCases(b: CaseBuilder): void {
  const accumulators: readonly (readonly [DataType, number])[] = [
    ['int32', 2 ** -20],
    ['int32', 3],
    ['int8', 0.7],
    ['uint8', 1.3],
    ['int16', 2 ** -9],
    ['int64', 2 ** -30],
    ['uint32', 2 ** -25],
  ];
  for (const [dtype, scale] of accumulators) {
    for (const rule of rules) {
      if (rule === 'double' && (dtype === 'int64' || dtype === 'uint32')) continue;
      const range: Range | undefined =
        dtype === 'int64' ? [-(2 ** 38), 2 ** 38] : scale === 3 ? [-100, 100] : undefined;
      for (const channels of [1, 5]) {
        requantized(
          b,
          b.input(dtype, [2, 5, 3], range),
          rule,
          channels,
          scale,
          channels === 1 ? 'uint8' : 'int8',
        );
      }
      const { values, attributes } = requantizeConstants(b, rule, 1, scale);
      b.check(op(ops.requantize), [b.input(dtype, [7], range), ...values], {
        rule: rule.startsWith('floor') ? 'floor' : rule,
        axis: 0,
        inputZeroPoint: 113,
        zeroPoint: -1000,
        min: -30000,
        max: 30000,
        dtype: 'int16',
        ...attributes,
      });
    }
  }
  // Values at the ends of the type, and exact ties.
  const ends = tensor('int32', [10], [-(2 ** 31), 2 ** 31 - 1, -1, 0, 1, 2 ** 30, -(2 ** 30), 3, -3, 5]);
  for (const [multiplier, shift] of [
    [2 ** 30, 0],
    [2 ** 30, 1],
    [2 ** 31 - 1, 0],
    [2 ** 30, -31],
    [2 ** 30 + 1, 30],
    [0, 0],
  ] as const) {
    for (const rule of ['single', 'double']) {
      b.check(
        op(ops.requantize),
        [b.given(ends), b.values('int32', [multiplier]), b.values('int8', [shift])],
        {
          rule,
          axis: 0,
          inputZeroPoint: 0,
          zeroPoint: 3,
          min: -(2 ** 31),
          max: 2 ** 31 - 1,
          dtype: 'int32',
        },
      );
    }
  }
  // Products that are known to fit 32 bits, and the same ones where nothing is known.
  for (const promise of [{ productBits: 31 }, {}]) {
    const small = b.input('int32', [2, 3, 4], [-100_000, 100_000]);
    const constants = [
      b.values('int32', [21_000, 0, 3]),
      b.values('int32', [-40_000_000, 5, -7]),
      b.values('int8', [23, 0, 4]),
    ];
    b.check(op(ops.requantize), [small, ...constants], {
      rule: 'shift',
      axis: 1,
      inputZeroPoint: 0,
      zeroPoint: 0,
      min: -128,
      max: 127,
      dtype: 'int8',
      ...promise,
    });
  }
  const ties = b.input('int32', [2, 3], [-9, 9]);
  b.check(op(ops.requantize), [ties, b.values('float64', [0.5, 0.25, 1.5])], {
    rule: 'real-even',
    axis: 1,
    inputZeroPoint: 1,
    zeroPoint: 2,
    min: 0,
    max: 4294967295,
    dtype: 'uint32',
    denominator: 1,
  });
  const sum = b.node(op(ops.add), [b.input('int32', [1, 4, 3, 2]), b.input('int32', [1, 4, 3, 2])], {
    dtype: 'int32',
  });
  requantized(b, sum, 'floor', 4, 2 ** -25, 'uint8');
  const small = b.node(op(ops.add), [b.input('int8', [1, 4, 3, 2]), b.input('int8', [4, 1, 1])], {
    dtype: 'int32',
  });
  requantized(b, small, 'single', 1, 0.4, 'int8');
}
