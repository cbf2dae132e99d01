import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('table');
const x = s.dequantize(s.input('x', { dtype: 'int8', shape: [1, 300] }), 0.05, 3, 'real');
const shifted = s.node(ops.add, [x, s.fixed('three', 'float32', [], [3])], { dtype: 'float32' }, 'shifted');
const six = s.node(ops.clip, [shifted], { min: 0, max: 6 }, 'six');
const product = s.node(ops.mul, [x, six], { dtype: 'float32' }, 'product');
const swish = s.node(
  ops.div,
  [product, s.fixed('six.0', 'float32', [1], [6])],
  { dtype: 'float32' },
  'swish',
);

/** Any formula of one 8-bit tensor is a table, without any difference. */
export default { graph: s.done(s.quantize(swish, 0.04, -20, 'int8', 'y')) } satisfies TransformCase;
