import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('idle');
const x = s.input('x', { dtype: 'uint8', shape: [1, 2, 4, 4] });
const window = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1], ceilMode: false };
const relu = s.node(ops.clip, [x], { min: 0, max: 255 }, 'relu');
const pooled = s.node(ops.maxPool2d, [relu], window, 'pooled');
const wide = s.node(ops.cast, [pooled], { dtype: 'int32', saturate: true }, 'wide');

/** Limits that no value can reach are dropped. */
export default {
  graph: s.done(s.node(ops.clip, [wide], { min: -5, max: 300 }, 'y')),
} satisfies TransformCase;
