import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('two-activations');
const a = s.dequantize(s.input('a', { dtype: 'int8', shape: [2, 3, 4] }), 0.02, 3, 'a.real');
const b = s.dequantize(s.input('b', { dtype: 'int8', shape: [2, 4, 3] }), 0.03, -2, 'b.real');
const attributes = { aZeroPoint: 0, bZeroPoint: 0, accumulator: 'float32' } as const;
const product = s.node(ops.matmul, [a, b], attributes, 'product');
const c = s.dequantize(s.quantize(product, 0.1, 0, 'int8', 'product.q'), 0.1, 0, 'c');
const d = s.dequantize(s.input('d', { dtype: 'int8', shape: [1, 3, 3] }), 0.05, 9, 'd.real');
const sum = s.node(ops.add, [c, d], { dtype: 'float32' }, 'sum');
const e = s.dequantize(s.quantize(sum, 0.12, 4, 'int8', 'sum.q'), 0.12, 4, 'e');

/** Products and sums of two tensors that are both computed. */
export default {
  graph: s.done(s.quantize(s.node(ops.mul, [e, d], { dtype: 'float32' }, 'scaled'), 0.5, 0, 'int8', 'y')),
  tolerance: [1],
} satisfies TransformCase;
