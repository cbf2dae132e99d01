import { ops } from 'match-compiler';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('wide-accumulator-is-read');
const x = s.input('x', { dtype: 'int8', shape: [2, 5] });
const acc = s.node(ops.dense, [x, s.noise('w', 'int8', [3, 5], -9, 9)], layer('int32'), 'acc');
const scaled = s.node(ops.mul, [acc, s.fixed('k', 'int32', [3], [5, 6, 7])], { dtype: 'int32' }, 'scaled');
const by = s.fixed('d', 'int32', [], [64]);
const divided = s.node(ops.div, [scaled, by], { dtype: 'int32', rounding: 'floor' }, 'divided');
const clipped = s.node(ops.clip, [divided], { min: -128, max: 127 }, 'clipped');
const y = s.node(ops.cast, [clipped], { dtype: 'int8', saturate: true }, 'y');

/** A step that is an output as well starts the chain behind it. */
export default { graph: s.done(y, scaled) } satisfies TransformCase;
