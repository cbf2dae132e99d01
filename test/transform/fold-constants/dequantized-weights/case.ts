import { ops } from 'match-compiler';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('dequantized-weights');
const x = s.input('x', { dtype: 'float32', shape: [1, 4] });
const w = s.dequantize(s.noise('w.q', 'int8', [3, 4], -127, 127), [0.1, 0.2, 0.3], 0, 'w');

/** Quantized weights stay quantized until the lowering has seen them. */
export default {
  graph: s.done(s.node(ops.dense, [x, w], layer(), 'y')),
  refused: true,
} satisfies TransformCase;
