import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('two-readers');
const x = s.input('x', { dtype: 'float32', shape: [2, 12] });
const wide = s.node(ops.reshape, [x], { shape: [1, 24] }, 'wide');
const tall = s.node(ops.reshape, [wide], { shape: [24, 1] }, 'tall');

/** The first reshape stays for its other reader; the second does not wait for it. */
export default {
  graph: s.done(s.node(ops.softmax, [wide], { axis: 1 }, 'y'), s.node(ops.softmax, [tall], { axis: 0 }, 'z')),
} satisfies TransformCase;
