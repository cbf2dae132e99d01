import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('views');
const x = s.input('x', { dtype: 'int8', shape: [1, 5, 4, 1] });
const image = s.node(ops.transpose, [x], { perm: [0, 3, 1, 2] }, 'image');
const pooled = s.node(
  ops.maxPool2d,
  [image],
  { kernel: [5, 1], strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], ceilMode: false },
  'pooled',
);

/** Axes of extent 1 move for free. */
export default {
  graph: s.done(s.node(ops.transpose, [pooled], { perm: [0, 2, 3, 1] }, 'y')),
} satisfies TransformCase;
