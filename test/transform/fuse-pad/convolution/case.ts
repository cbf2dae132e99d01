import { ops } from 'match-compiler';
import { convolution, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('convolution');
const x = s.input('x', { dtype: 'float32', shape: [1, 2, 5, 5] });
const rows = s.node(ops.pad, [x], { pads: [0, 0, 1, 0, 0, 0, 2, 0], value: 0, mode: 'constant' }, 'rows');
const columns = s.node(
  ops.pad,
  [rows],
  { pads: [0, 0, 0, 1, 0, 0, 0, 0], value: 0, mode: 'constant' },
  'columns',
);
const none = s.node(ops.pad, [columns], { pads: [0, 0, 0, 0, 0, 0, 0, 0], value: 7, mode: 'edge' }, 'none');
const weights = s.noise('w', 'float32', [3, 2, 3, 3], -1, 1);

/** Pads merge, the empty one goes, and what is left is the convolution's own padding. */
export default {
  graph: s.done(s.node(ops.conv2d, [none, weights], convolution({ pads: [0, 0, 0, 1] }), 'conv')),
} satisfies TransformCase;
