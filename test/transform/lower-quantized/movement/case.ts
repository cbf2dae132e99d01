import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('movement');
const a = s.dequantize(s.input('a', { dtype: 'int8', shape: [1, 2, 4, 4] }), 0.02, 3, 'a.real');
const b = s.dequantize(s.input('b', { dtype: 'int8', shape: [1, 2, 4, 4] }), 0.03, 5, 'b.real');
const window = { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1], ceilMode: false };
const pads = [0, 0, 1, 1, 0, 0, 1, 1];
const padded = s.node(
  ops.pad,
  [s.node(ops.maxPool2d, [a], window, 'pooled')],
  { pads, value: 0, mode: 'constant' },
  'padded',
);
const moved = s.quantize(
  s.node(ops.transpose, [padded], { perm: [0, 2, 3, 1] }, 'turned'),
  0.02,
  3,
  'int8',
  'y',
);
const both = s.node(ops.concat, [a, b], { axis: 1 }, 'both');

/** What only moves elements works on integers; parts of another scale are requantized first. */
export default {
  graph: s.done(moved, s.quantize(both, 0.03, 5, 'int8', 'z')),
  tolerance: [0, 1],
} satisfies TransformCase;
