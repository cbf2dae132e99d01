import { ops } from 'match-compiler';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('constants-and-twins');
const x = s.input('x', { dtype: 'float32', shape: [2, 3] });
const w = s.node(ops.transpose, [s.noise('w', 'float32', [2, 4], -1, 1)], { perm: [1, 0] }, 'turned');
const first = s.node(ops.transpose, [x], { perm: [1, 0] }, 'first');
const second = s.node(ops.transpose, [x], { perm: [1, 0] }, 'second');

/** A constant is transposed now; two readers share one transpose. */
export default {
  graph: s.done(s.node(ops.dense, [first, w], layer(), 'y'), s.node(ops.softmax, [second], { axis: 0 }, 'z')),
} satisfies TransformCase;
