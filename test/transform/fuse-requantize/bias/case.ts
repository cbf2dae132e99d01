import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('bias');
const x = s.input('x', { dtype: 'int8', shape: [2, 5] });
const product = s.node(
  ops.matmul,
  [x, s.noise('w', 'int8', [5, 3], -127, 127)],
  { aZeroPoint: 4, bZeroPoint: 0, accumulator: 'int32' },
  'product',
);
const sum = s.node(ops.add, [s.noise('b', 'int32', [1, 3], -9999, 9999), product], { dtype: 'int32' }, 'sum');

/** A product with constant weights and a constant per column is a dense layer with a bias. */
export default { graph: s.done(sum) } satisfies TransformCase;
