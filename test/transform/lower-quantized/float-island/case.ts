import { ops } from 'match-compiler';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('float-island');
const x = s.dequantize(s.input('x', { dtype: 'int8', shape: [2, 6] }), 0.02, 3, 'real');
const w = s.dequantize(s.noise('w.q', 'int8', [4, 6], -127, 127), 0.01, 0, 'w');
const product = s.node(ops.dense, [x, w], layer(), 'product');
const shares = s.node(ops.logSoftmax, [product], { axis: 1 }, 'shares');

/** What has no integer form stays in floats: the product is not quantized before its logarithm. */
export default {
  graph: s.done(s.quantize(shares, 0.05, 100, 'int8', 'y')),
  refused: true,
} satisfies TransformCase;
