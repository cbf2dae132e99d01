import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('through-elementwise');
const x = s.input('x', { dtype: 'float32', shape: [1, 2, 3, 4] });
const flat = s.node(ops.reshape, [x], { shape: [1, 24] }, 'flat');
const scaled = s.node(ops.mul, [flat, s.fixed('half', 'float32', [], [0.5])], { dtype: 'float32' }, 'scaled');
const quantized = s.quantize(scaled, 0.05, 3, 'int8', 'quantized');
const back = s.node(ops.reshape, [quantized], { shape: [1, 2, 3, 4] }, 'back');

/** A chain that treats all elements alike works on any shape. */
export default { graph: s.done(s.node(ops.clip, [back], { min: 0, max: 9 }, 'y')) } satisfies TransformCase;
