import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('input-is-output');
const x = s.input('x', { dtype: 'float32', shape: [2, 3] });

/** An output keeps its name: something has to make it. */
export default { graph: s.done(s.node(ops.identity, [x], {}, 'y')), refused: true } satisfies TransformCase;
