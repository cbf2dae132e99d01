import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('after-table');
const x = s.input('x', { dtype: 'int8', shape: [1, 16] });
const table = s.noise('table', 'int8', [256], -128, 127);

/** A table holds limited results as well. */
export default {
  graph: s.done(s.node(ops.clip, [s.node(ops.lookup, [x, table], {}, 'y')], { min: -7, max: 70 }, 'limited')),
} satisfies TransformCase;
