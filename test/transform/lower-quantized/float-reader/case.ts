import { ops } from 'match-compiler';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('float-reader');
const x = s.dequantize(s.input('x', { dtype: 'int8', shape: [2, 6] }), 0.02, 3, 'real');
const w = s.dequantize(s.noise('w.q', 'int8', [4, 6], -127, 127), 0.01, 0, 'w');
const logits = s.quantize(s.node(ops.dense, [x, w], layer(), 'fc'), 0.05, 10, 'int8', 'logits.q');
const real = s.dequantize(logits, 0.05, 10, 'logits');
const shares = s.node(ops.softmax, [real], { axis: 1 }, 'softmax');

/** The logits are an output in floats and go on as integers. */
export default {
  graph: s.done(real, s.quantize(shares, 1 / 256, -128, 'int8', 'shares')),
  tolerance: [0.051, 1],
} satisfies TransformCase;
