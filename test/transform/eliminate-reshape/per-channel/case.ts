import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('per-channel');
const x = s.input('x', { dtype: 'float32', shape: [1, 2, 3, 4] });
const flat = s.node(ops.reshape, [x], { shape: [1, 24] }, 'flat');
const bias = s.noise('bias', 'float32', [24], -1, 1);
const sum = s.node(ops.add, [flat, bias], { dtype: 'float32' }, 'sum');

/** A constant per column only fits the shape that it was made for. */
export default {
  graph: s.done(s.node(ops.reshape, [sum], { shape: [1, 2, 3, 4] }, 'back')),
  refused: true,
} satisfies TransformCase;
