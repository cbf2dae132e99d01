import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('constant-output');
const x = s.input('x', { dtype: 'float32', shape: [2] });
const table = s.node(ops.exp, [s.fixed('a', 'float32', [2], [0, 1])], {}, 'table');

/** A graph output is made by a node, also where it is always the same. */
export default {
  graph: s.done(s.node(ops.neg, [x], {}, 'y'), table),
  refused: true,
} satisfies TransformCase;
