import { ops } from 'match-compiler';
import { convolution, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('real-even');
const x = s.dequantize(s.input('x', { dtype: 'uint8', shape: [1, 4, 5, 5] }), 0.02, 130, 'real');
const w = s.dequantize(s.noise('w.q', 'int8', [4, 1, 3, 3], -127, 127), 0.003, 0, 'w');
const conv = s.node(ops.conv2d, [x, w], convolution({ groups: 4 }), 'conv');
const y = s.dequantize(s.quantize(conv, 0.05, 120, 'uint8', 'conv.q'), 0.05, 120, 'conv.real');
const mean = s.node(ops.reduceMean, [y], { axes: [2, 3], keepDims: false }, 'mean');
const flat = s.dequantize(s.quantize(mean, 0.01, 7, 'uint8', 'mean.q'), 0.01, 7, 'flat');
const shares = s.node(ops.softmax, [flat], { axis: 1 }, 'shares');

/** The rule of QDQ models: one rounding to even per quantize; the count of a mean joins its scale. */
export default {
  graph: s.done(s.quantize(shares, 1 / 256, 0, 'uint8', 'shares.q')),
  rounding: 'real-even',
  tolerance: [1],
} satisfies TransformCase;
