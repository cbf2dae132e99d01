import { ops, tensor } from 'match-compiler';
import type { CaseBuilder, Range } from '../network-cases.ts';
import { allTypes, floats, integers, op } from './shared.ts';

/** Element-wise operators of one operand, conversions and tables. */
export function unaryCases(b: CaseBuilder): void {
  const specials = [
    0, -0, 0.5, -0.5, 1.5, 2.5, -1.5, 0.3, -0.3, 1e-9, 8388607.5, -8388607.5, 3e9, -3e9, 1e20, -1e20,
  ];
  const shapes = [[1, 3, 4, 2], [7]] as const;
  for (const dtype of floats) {
    for (const shape of shapes) {
      const plain = [
        ops.abs,
        ops.neg,
        ops.floor,
        ops.ceil,
        ops.round,
        ops.exp,
        ops.tanh,
        ops.sigmoid,
        ops.erf,
        ops.softplus,
        ops.hardSwish,
      ];
      for (const operator of plain) b.check(op(operator), [b.input(dtype, shape)], {});
      for (const operator of [ops.sqrt, ops.log])
        b.check(op(operator), [b.input(dtype, shape, [0.01, 50])], {});
      b.check(op(ops.clip), [b.input(dtype, shape)], { min: 0, max: Infinity });
      b.check(op(ops.clip), [b.input(dtype, shape)], { min: -0.1, max: 0.7 });
      b.check(op(ops.clip), [b.input(dtype, shape)], { min: -Infinity, max: 6 });
      b.check(op(ops.leakyRelu), [b.input(dtype, shape)], { alpha: 0.1 });
      b.check(op(ops.elu), [b.input(dtype, shape)], { alpha: 1.3 });
      b.check(op(ops.hardSigmoid), [b.input(dtype, shape)], { alpha: 0.2, beta: 0.5 });
      b.check(op(ops.gelu), [b.input(dtype, shape)], {});
      b.check(op(ops.gelu), [b.input(dtype, shape)], { approximate: 'tanh' });
    }
    b.check(op(ops.prelu), [b.input(dtype, [2, 3, 2, 2]), b.randomConstant(dtype, [3, 1, 1])], {});
    b.check(op(ops.prelu), [b.input(dtype, [4]), b.input(dtype, [4])], {});
    const odd = b.given(tensor(dtype, [specials.length], specials));
    for (const operator of [ops.floor, ops.ceil, ops.round, ops.abs, ops.neg])
      b.check(op(operator), [odd], {});
  }
  for (const dtype of integers) {
    for (const operator of [ops.abs, ops.neg]) b.check(op(operator), [b.input(dtype, [1, 3, 4, 2])], {});
    b.check(op(ops.clip), [b.input(dtype, [1, 3, 4, 2])], { min: dtype.startsWith('u') ? 3 : -3, max: 100 });
  }
  b.check(op(ops.abs), [b.given(tensor('int32', [2], [-(2 ** 31), 5]))], {});
  b.check(op(ops.neg), [b.given(tensor('int8', [2], [-128, 5]))], {});
  for (const from of allTypes) {
    for (const to of allTypes) {
      for (const saturate of [false, true]) {
        const range: Range | undefined = from.startsWith('float') ? [-70000, 70000] : undefined;
        b.check(op(ops.cast), [b.input(from, [23], range)], { dtype: to, saturate });
        if (!from.startsWith('float')) continue;
        const extremes = [
          ...specials,
          NaN,
          Infinity,
          -Infinity,
          127.5,
          -128.5,
          2147483647,
          -2147483649,
          4294967296,
          1.8e19,
          9.3e18,
          -9.3e18,
        ];
        b.check(op(ops.cast), [b.given(tensor(from, [extremes.length], extremes))], { dtype: to, saturate });
      }
    }
  }
  for (const dtype of ['int8', 'uint8'] as const) {
    b.check(op(ops.changeSign), [b.input(dtype, [1, 3, 5, 7])], {});
    for (const table of ['bool', 'int8', 'uint8', 'float32', 'float64'] as const) {
      b.check(op(ops.lookup), [b.input(dtype, [1, 4, 5, 3]), b.randomConstant(table, [256])], {});
    }
    b.check(op(ops.lookup), [b.input(dtype, [9]), b.input('uint8', [256])], {});
  }
}
