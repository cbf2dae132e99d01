import { ops } from 'match-compiler';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('scaled-integers');
const x = s.input('x', { dtype: 'int8', shape: [1, 6] });
const acc = s.node(ops.dense, [x, s.noise('w', 'int8', [4, 6], -127, 127)], layer('int32', 3), 'acc');
const sum = s.node(ops.add, [acc, s.noise('b', 'int32', [4], -99, 99)], { dtype: 'int32' }, 'sum');
const real = s.node(ops.cast, [sum], { dtype: 'float32', saturate: false }, 'real');
const scaled = s.node(
  ops.mul,
  [real, s.fixed('scale', 'float32', [], [0.0006])],
  { dtype: 'float32' },
  'scaled',
);

/** Integer products that a model scales in floats. */
export default {
  graph: s.done(s.quantize(scaled, 0.14, 14, 'int8', 'y')),
  tolerance: [1],
} satisfies TransformCase;
