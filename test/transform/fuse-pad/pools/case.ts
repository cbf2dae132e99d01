import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('pools');
const x = s.input('x', { dtype: 'float32', shape: [1, 2, 6, 6] });
const pads = [0, 0, 1, 1, 0, 0, 1, 1];
const positive = s.node(ops.clip, [x], { min: 0, max: 6 }, 'positive');
const padded = s.node(ops.pad, [positive], { pads, value: 0, mode: 'constant' }, 'padded');
const window = { kernel: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0], ceilMode: false };
const highest = s.node(ops.maxPool2d, [padded], { ...window, dilations: [1, 1] }, 'highest');
const mean = { ...window, countIncludePad: false, rounding: 'float' } as const;

/** Zeros never win against what is not negative, and count in a mean. */
export default {
  graph: s.done(highest, s.node(ops.averagePool2d, [padded], mean, 'mean')),
} satisfies TransformCase;
