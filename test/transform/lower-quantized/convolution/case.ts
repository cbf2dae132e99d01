import { ops } from 'match-compiler';
import { convolution, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('convolution');
const x = s.dequantize(s.input('x', { dtype: 'int8', shape: [1, 3, 5, 5] }), 0.02, 3, 'real');
const w = s.dequantize(s.noise('w.q', 'int8', [4, 3, 3, 3], -127, 127), [0.003, 0.001, 0.002, 0.004], 0, 'w');
const b = s.dequantize(s.noise('b.q', 'int32', [4], -2000, 2000), [6e-5, 2e-5, 4e-5, 8e-5], 0, 'b');
const conv = s.node(ops.conv2d, [x, w, b], convolution(), 'conv');
const relu = s.node(ops.clip, [conv], { min: 0, max: 6 }, 'relu');

/** Scales per filter, a bias in the scale of the accumulator, and limits from the activation. */
export default {
  graph: s.done(s.quantize(relu, 0.05, -128, 'int8', 'y')),
  tolerance: [1],
} satisfies TransformCase;
