import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('branch');
const x = s.input('x', { dtype: 'float32', shape: [1, 4] });
const a = s.node(ops.sigmoid, [x], {}, 'a');
const unread = s.node(ops.tanh, [a], {}, 'unread');
s.node(ops.neg, [unread], {}, 'reads-the-unread');

/** A branch that ends nowhere goes, with all of its nodes. */
export default { graph: s.done(s.node(ops.abs, [a], {}, 'b')) } satisfies TransformCase;
