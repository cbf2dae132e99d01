import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('parts');
const x = s.input('x', { dtype: 'int32', shape: [2] });
const [low, high] = s.nodes(
  ops.split,
  [s.noise('all', 'int32', [4], -99, 99)],
  { axis: 0, sizes: [2, 2] },
  'parts',
);
const y = s.node(ops.add, [x, low ?? x], { dtype: 'int32' }, 'y');
const z = s.node(ops.sub, [y, high ?? x], { dtype: 'int32' }, 'z');

/** Every result of a node becomes a constant; both readers get theirs. */
export default { graph: s.done(y, z) } satisfies TransformCase;
