import { ops } from 'match-compiler';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('flattened-for-dense');
const x = s.input('x', { dtype: 'int8', shape: [2, 3, 4, 2] });
const nhwc = s.node(ops.transpose, [x], { perm: [0, 2, 3, 1] }, 'nhwc');
const flat = s.node(ops.reshape, [nhwc], { shape: [2, 24] }, 'flat');

/** The columns of the weights are put in order instead. */
export default {
  graph: s.done(s.node(ops.dense, [flat, s.noise('w', 'int8', [5, 24], -127, 127)], layer('int32', 3), 'y')),
} satisfies TransformCase;
