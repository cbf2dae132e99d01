import { ops, tensor } from 'match-compiler';
import type { CaseBuilder, Range } from '../network-cases.ts';
import { floats, integers, op } from './shared.ts';

/** Element-wise operators of two operands. */
export function binaryCases(b: CaseBuilder): void {
  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
    [
      [2, 3, 4, 5],
      [2, 3, 4, 5],
    ],
    [
      [1, 3, 2, 4],
      [3, 1, 1],
    ],
    [
      [4, 1, 3],
      [5, 1],
    ],
    [[], [6]],
  ];
  const operators = { add: ops.add, sub: ops.sub, mul: ops.mul, minimum: ops.minimum, maximum: ops.maximum };
  for (const dtype of [...integers, ...floats]) {
    shapes.forEach(([left, right], i) => {
      for (const operator of Object.values(operators)) {
        const second = i % 2 === 1 ? b.randomConstant(dtype, right) : b.input(dtype, right);
        b.check(op(operator), [b.input(dtype, left), second], { dtype });
      }
    });
    for (const rounding of ['floor', 'truncate']) {
      b.check(
        op(ops.div),
        [
          b.input(dtype, [3, 40]),
          b.input(
            dtype,
            [40],
            [-3, 3].map((x) => (dtype.startsWith('u') ? Math.max(0, x) : x)) as unknown as Range,
          ),
        ],
        { dtype, rounding },
      );
      b.check(op(ops.div), [b.input(dtype, [50]), b.input(dtype, [50])], { dtype, rounding });
    }
    const exponents: Range = dtype.startsWith('u') ? [0, 9] : dtype.startsWith('int') ? [-2, 9] : [0.5, 2];
    const bases: Range = dtype.startsWith('u') ? [0, 9] : dtype.startsWith('int') ? [-4, 9] : [0.1, 3];
    b.check(op(ops.pow), [b.input(dtype, [3, 20], bases), b.input(dtype, [20], exponents)], { dtype });
  }
  const least = tensor('int32', [3], [-(2 ** 31), -(2 ** 31), 7]);
  for (const rounding of ['floor', 'truncate']) {
    b.check(op(ops.div), [b.given(least), b.given(tensor('int32', [3], [-1, 1, 0]))], {
      dtype: 'int32',
      rounding,
    });
    const wide = new BigInt64Array([-(2n ** 63n), -(2n ** 63n), 7n]);
    b.check(
      op(ops.div),
      [
        b.given({ type: { dtype: 'int64', shape: [3] }, data: wide }),
        b.given(tensor('int64', [3], [-1n, 1n, 0n])),
      ],
      { dtype: 'int64', rounding },
    );
  }
  // Operands of other types than the result.
  b.check(op(ops.add), [b.input('int8', [2, 3]), b.input('uint8', [3])], { dtype: 'int32' });
  b.check(op(ops.mul), [b.input('int8', [2, 3]), b.input('int8', [3])], { dtype: 'int32' });
  b.check(op(ops.mul), [b.input('uint16', [2, 3]), b.input('uint16', [3])], { dtype: 'int32' });
  b.check(op(ops.sub), [b.input('int32', [2, 3]), b.input('uint8', [3])], { dtype: 'int16' });
  b.check(op(ops.mul), [b.input('int64', [4]), b.input('int32', [4])], { dtype: 'uint32' });
  b.check(op(ops.add), [b.input('int32', [4]), b.input('float32', [4])], { dtype: 'float32' });
  b.check(op(ops.sub), [b.input('int64', [4]), b.input('uint64', [4])], { dtype: 'float32' });
  const same = b.input('int16', [6]);
  b.check(op(ops.mul), [same, same], { dtype: 'int16' });
}
