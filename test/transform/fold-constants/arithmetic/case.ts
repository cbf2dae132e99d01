import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('arithmetic');
const x = s.input('x', { dtype: 'float32', shape: [2, 3] });
const a = s.fixed('a', 'float32', [3], [1, 2, 3]);
const b = s.fixed('b', 'float32', [2, 1], [10, 20]);
const product = s.node(ops.mul, [a, b], { dtype: 'float32' }, 'product');
const root = s.node(ops.sqrt, [product], {}, 'root');

/** What depends on constants alone becomes one, under the name of the last result. */
export default {
  graph: s.done(s.node(ops.add, [x, root], { dtype: 'float32' }, 'y')),
} satisfies TransformCase;
