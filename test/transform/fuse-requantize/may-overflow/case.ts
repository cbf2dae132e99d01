import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('may-overflow');
const x = s.input('x', { dtype: 'int32', shape: [1, 2, 2, 2] });
const scaled = s.node(ops.mul, [x, s.fixed('k', 'int32', [], [1000])], { dtype: 'int32' }, 'scaled');

/** The product may wrap around, and whether it does decides the result: it stays. */
export default {
  graph: s.done(s.node(ops.cast, [scaled], { dtype: 'uint8', saturate: true }, 'y')),
} satisfies TransformCase;
