import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('cheaper-earlier');
const x = s.input('x', { dtype: 'int8', shape: [1, 3, 4, 5] });
const real = s.dequantize(x, 0.1, 3, 'real');

/** Bytes are moved before they become floats. */
export default {
  graph: s.done(s.node(ops.transpose, [real], { perm: [0, 2, 3, 1] }, 'y')),
} satisfies TransformCase;
