import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('unused-input');
const x = s.input('x', { dtype: 'float32', shape: [1, 4] });
const unused = s.input('unused', { dtype: 'float32', shape: [1, 4] });
s.node(ops.tanh, [unused], {}, 'dead');

/** An input that nobody reads any more is still an input. */
export default { graph: s.done(s.node(ops.sigmoid, [x], {}, 'y')) } satisfies TransformCase;
