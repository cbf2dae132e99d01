import { ops, tensor } from 'match-compiler';
import type { CaseBuilder } from '../network-cases.ts';
import { allTypes, op } from './shared.ts';

/** Operators that move elements, for every element type. */
export function movementCases(b: CaseBuilder): void {
  for (const dtype of allTypes) {
    b.check(op(ops.transpose), [b.input(dtype, [2, 3, 4])], { perm: [2, 0, 1] });
    b.check(op(ops.slice), [b.input(dtype, [1, 4, 5, 6])], {
      starts: [0, 3, 0, 5],
      ends: [1, 0, 5, -1],
      steps: [1, -1, 2, -2],
    });
    b.check(
      op(ops.concat),
      [b.input(dtype, [2, 3]), b.randomConstant(dtype, [2, 1]), b.input(dtype, [2, 4])],
      { axis: 1 },
    );
    b.check(
      op(ops.gather),
      [b.input(dtype, [3, 5, 2]), b.constant(tensor('int64', [2, 2], [0n, -1n, 3n, 1n]))],
      { axis: 1 },
    );
    b.check(op(ops.identity), [b.input(dtype, [2, 5])], {});
    const value = dtype === 'float32' ? -Infinity : dtype.startsWith('float') ? 0.5 : 1;
    b.check(op(ops.pad), [b.input(dtype, [1, 2, 3, 4])], {
      pads: [0, 1, 2, 0, 0, 0, 1, 3],
      value,
      mode: 'constant',
    });
  }
  const shapes: readonly (readonly [readonly number[], readonly number[]])[] = [
    [
      [1, 3, 4, 5],
      [0, 2, 3, 1],
    ],
    [
      [2, 3, 4, 5],
      [3, 1, 0, 2],
    ],
    [
      [4, 5],
      [1, 0],
    ],
    [
      [2, 1, 3, 1, 2],
      [4, 3, 2, 1, 0],
    ],
    [
      [2, 2, 2, 3, 2, 2],
      [5, 0, 3, 1, 4, 2],
    ],
  ];
  for (const [shape, perm] of shapes) b.check(op(ops.transpose), [b.input('int16', shape)], { perm });
  b.check(op(ops.reshape), [b.input('int8', [2, 3, 4, 2])], { shape: [6, 8] });
  b.check(op(ops.reshape), [b.input('float32', [6, 8])], { shape: [2, 3, 4, 2] });
  b.check(op(ops.reshape), [b.input('float32', [1, 6, 4, 2])], { shape: [1, 3, 4, 4] });
  b.check(op(ops.identity), [b.input('float32', [1, 3, 2, 5])], {});
  b.check(op(ops.concat), [b.input('int8', [1, 2, 3, 4]), b.input('int8', [1, 3, 3, 4])], { axis: 1 });
  const twice = b.input('int8', [1, 2, 3, 4]);
  b.check(op(ops.concat), [twice, twice], { axis: 3 });
  b.check(op(ops.split), [b.input('int8', [1, 6, 3, 2])], { axis: 1, sizes: [1, 3, 2] });
  b.check(op(ops.split), [b.input('float32', [5, 2])], { axis: 0, sizes: [4, 1] });
  for (const mode of ['reflect', 'edge']) {
    b.check(op(ops.pad), [b.input('int8', [1, 2, 4, 5])], { pads: [0, 0, 2, 3, 0, 1, 1, 0], value: 0, mode });
    b.check(op(ops.pad), [b.input('float32', [6])], { pads: [2, 5], value: 0, mode });
  }
  for (const dtype of ['int8', 'float32'] as const) {
    b.check(op(ops.resizeNearest), [b.input(dtype, [2, 3, 2, 3])], { scales: [2, 3] });
    b.check(op(ops.resizeNearest), [b.input(dtype, [1, 1, 1, 4])], { scales: [3, 1] });
  }
  b.check(op(ops.gather), [b.input('float32', [4, 3]), b.input('int32', [5], [-4, 3])], { axis: 0 });
  b.check(op(ops.gather), [b.input('float32', [4, 3]), b.constant(tensor('int32', [], [2]))], { axis: 1 });
  b.check(op(ops.layoutTransform), [b.input('int8', [1, 3, 4, 5])], {
    from: 'NCHW',
    to: 'NHWC',
  });
}
