import { ops } from 'match-compiler';
import { quantizedConvolution } from '../../quantized-sketch.ts';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('signed-operator');
const x = s.input('x', { dtype: 'int8', shape: [1, 8, 8, 8] });
const a = quantizedConvolution(s, x, 'a', 8, -128);
// The magnitude of a signed number is nothing that an unsigned one could have.
const magnitude = s.node(ops.abs, [a], {}, 'magnitude');
const b = quantizedConvolution(s, magnitude, 'b', 8, 0, { inputZeroPoint: 0 });
const wide = s.node(ops.cast, [b], { dtype: 'int32', saturate: false }, 'wide');

/** Conversions around an operator that knows no zero point, and behind the last layer. */
export default { graph: s.done(wide, a), target: { activationSign: 'unsigned' } } satisfies TransformCase;
