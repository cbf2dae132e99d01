import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('excluded-from-mean');
const x = s.input('x', { dtype: 'float32', shape: [1, 2, 5, 5] });
const pads = [0, 0, 1, 1, 0, 0, 1, 1];
const padded = s.node(ops.pad, [x], { pads, value: 0, mode: 'constant' }, 'padded');
const mean = {
  kernel: [3, 3],
  strides: [1, 1],
  pads: [1, 1, 1, 1],
  ceilMode: false,
  countIncludePad: false,
  rounding: 'float',
} as const;

/** The inner padding counts and the outer does not: no single padding says both. */
export default {
  graph: s.done(s.node(ops.averagePool2d, [padded], mean, 'mean')),
  refused: true,
} satisfies TransformCase;
