import { ops } from 'match-compiler';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('dense-with-added-bias');
const x = s.dequantize(s.input('x', { dtype: 'int8', shape: [2, 6] }), 0.02, 3, 'real');
const w = s.dequantize(s.noise('w.q', 'int8', [6, 4], -127, 127), 0.01, 0, 'w');
const turned = s.node(ops.transpose, [w], { perm: [1, 0] }, 'turned');
const product = s.node(ops.dense, [x, turned], layer(), 'product');
const biased = s.node(
  ops.add,
  [s.noise('b', 'float32', [4], -1, 1), product],
  { dtype: 'float32' },
  'biased',
);

/** Weights are transposed as integers; a bias that is added in floats is rounded to the accumulator. */
export default {
  graph: s.done(s.quantize(biased, 0.05, 10, 'int8', 'y')),
  tolerance: [1],
} satisfies TransformCase;
