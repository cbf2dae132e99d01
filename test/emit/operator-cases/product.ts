import { ops, type DataType } from 'match-compiler';
import type { CaseBuilder } from '../network-cases.ts';
import { op, requantized, rules } from './shared.ts';

/** Fully connected layers and matrix products. */
export function productCases(b: CaseBuilder): void {
  const denses: readonly { readonly x: DataType; readonly w: DataType; readonly zx: number }[] = [
    { x: 'int8', w: 'int8', zx: 4 },
    { x: 'uint8', w: 'int8', zx: 0 },
    { x: 'int16', w: 'int8', zx: 0 },
    { x: 'float32', w: 'float32', zx: 0 },
    { x: 'float64', w: 'float64', zx: 0 },
  ];
  denses.forEach(({ x, w, zx }, i) => {
    for (const [rows, depth, columns] of [
      [1, 17, 5],
      [3, 4, 7],
      [2, 1, 1],
    ] as const) {
      const float = x === 'float32' || x === 'float64';
      const accumulator = float ? x : x === 'int16' ? 'int64' : 'int32';
      const result = b.node(
        op(ops.dense),
        [
          b.input(x, [rows, depth]),
          b.randomConstant(w, [columns, depth]),
          ...(rows === 2 ? [] : [b.randomConstant(accumulator, [columns], float ? undefined : [-500, 500])]),
        ],
        { inputZeroPoint: zx, weightZeroPoint: 0, accumulator },
      );
      if (float && rows === 3) b.check(op(ops.clip), [result], { min: -1, max: 2 });
      else if (float || rows === 2) b.outputs.push(result);
      else {
        const rule = rules[(i * 2 + rows) % rules.length] ?? 'single';
        requantized(
          b,
          result,
          x === 'int16' && rule === 'double' ? 'single' : rule,
          columns,
          2 ** -8,
          'int8',
        );
      }
    }
  });
  const matmuls: readonly (readonly [readonly number[], readonly number[]])[] = [
    [
      [3, 4],
      [4, 5],
    ],
    [
      [2, 3, 4],
      [4, 5],
    ],
    [
      [2, 1, 3, 4],
      [3, 4, 2],
    ],
    [[4], [4, 3]],
    [[2, 3, 4], [4]],
    [[5], [5]],
  ];
  matmuls.forEach(([left, right], i) => {
    const integer = { aZeroPoint: i - 2, bZeroPoint: i % 2, accumulator: 'int32' };
    b.check(op(ops.matmul), [b.input('int8', left), b.input('int8', right)], integer);
    b.check(op(ops.matmul), [b.input('uint8', left), b.randomConstant('int8', right)], {
      ...integer,
      aZeroPoint: 0,
    });
    for (const accumulator of ['float32', 'float64', 'int64'] as const) {
      b.check(op(ops.matmul), [b.input(accumulator, left), b.randomConstant(accumulator, right)], {
        aZeroPoint: 0,
        bZeroPoint: 0,
        accumulator,
      });
    }
    b.check(op(ops.matmul), [b.input('int16', left), b.input('int16', right)], {
      aZeroPoint: 0,
      bZeroPoint: 0,
      accumulator: 'int64',
    });
    b.check(op(ops.matmul), [b.input('int32', left), b.input('int32', right)], {
      aZeroPoint: 0,
      bZeroPoint: 0,
      accumulator: i % 2 === 0 ? 'int32' : 'int64',
    });
  });
  const scaled = b.node(op(ops.matmul), [b.input('int8', [2, 3, 4]), b.randomConstant('int8', [4, 6])], {
    aZeroPoint: 0,
    bZeroPoint: 0,
    accumulator: 'int32',
  });
  requantized(b, scaled, 'single', 6, 2 ** -6, 'uint8', 2);
}
