import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('matrix-product');
const x = s.input('x', { dtype: 'float32', shape: [2, 5] });
const attributes = { aZeroPoint: 0, bZeroPoint: 0, accumulator: 'float32' } as const;
const product = s.node(ops.matmul, [x, s.noise('w', 'float32', [5, 3], -1, 1)], attributes, 'product');
const scaled = s.node(
  ops.mul,
  [s.noise('scale', 'float32', [1, 3], 0.5, 2), product],
  { dtype: 'float32' },
  'scaled',
);
const shifted = s.node(
  ops.sub,
  [scaled, s.noise('shift', 'float32', [3], -1, 1)],
  { dtype: 'float32' },
  'shifted',
);

/** A product with constants, scaled and shifted per column, is a dense layer with a bias. */
export default { graph: s.done(shifted), tolerance: [1e-5] } satisfies TransformCase;
