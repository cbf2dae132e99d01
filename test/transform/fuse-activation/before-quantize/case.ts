import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('before-quantize');
const x = s.input('x', { dtype: 'float32', shape: [1, 16] });
const relu = s.node(ops.clip, [x], { min: 0, max: Infinity }, 'relu');
const six = s.node(ops.clip, [x], { min: 0, max: 2 }, 'six');

/** The limits move behind the quantization; a relu is idle there when 0 is the lowest value. */
export default {
  graph: s.done(s.quantize(relu, 0.02, -128, 'int8', 'y'), s.quantize(six, 0.02, 5, 'int8', 'z')),
} satisfies TransformCase;
