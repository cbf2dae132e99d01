import { ops } from 'match-compiler';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('read-as-float');
const x = s.dequantize(s.input('x', { dtype: 'int8', shape: [2, 6] }), 0.02, 3, 'real');
const w = s.dequantize(s.noise('w.q', 'int8', [4, 6], -127, 127), 0.01, 0, 'w');
const product = s.node(ops.dense, [x, w], layer(), 'product');

/** A float result that is an output before it is quantized has to be computed in floats. */
export default {
  graph: s.done(product, s.quantize(product, 0.05, 10, 'int8', 'y')),
  refused: true,
} satisfies TransformCase;
