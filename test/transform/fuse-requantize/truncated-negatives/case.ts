import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('truncated-negatives');
const x = s.input('x', { dtype: 'int16', shape: [1, 2, 2, 2] });
const by = s.fixed('d', 'int32', [], [10]);
const divided = s.node(ops.div, [x, by], { dtype: 'int32', rounding: 'truncate' }, 'divided');

/** Between -10 and 0 truncation gives 0 and floor -1. */
export default {
  graph: s.done(s.node(ops.clip, [divided], { min: -128, max: 127 }, 'y')),
  refused: true,
} satisfies TransformCase;
