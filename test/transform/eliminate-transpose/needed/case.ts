import { ops } from 'match-compiler';
import { convolution, layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('needed');
const x = s.input('x', { dtype: 'float32', shape: [1, 5, 5, 3] });
const image = s.node(ops.transpose, [x], { perm: [0, 3, 1, 2] }, 'image');
const conv = s.node(ops.conv2d, [image, s.noise('w', 'float32', [4, 3, 3, 3], -1, 1)], convolution(), 'conv');
const flat = s.node(
  ops.reshape,
  [s.node(ops.transpose, [conv], { perm: [0, 2, 3, 1] }, 'nhwc')],
  { shape: [1, 100] },
  'flat',
);

/** A convolution wants its channels first, and float sums keep their order. */
export default {
  graph: s.done(s.node(ops.dense, [flat, s.noise('v', 'float32', [2, 100], -1, 1)], layer(), 'y'), image),
  refused: true,
} satisfies TransformCase;
