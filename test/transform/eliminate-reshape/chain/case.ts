import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('chain');
const x = s.input('x', { dtype: 'int8', shape: [1, 2, 3, 4] });
const a = s.node(ops.reshape, [x], { shape: [1, 24] }, 'flat');
const b = s.node(ops.identity, [a], {}, 'dropout');
const c = s.node(ops.reshape, [b], { shape: [2, 12] }, 'rows');
const d = s.node(ops.reshape, [c], { shape: [2, 12] }, 'same');

/** Reshapes merge; an identity and a reshape to the same shape vanish. */
export default { graph: s.done(s.node(ops.clip, [d], { min: 0, max: 9 }, 'y')) } satisfies TransformCase;
