import { ops } from 'match-compiler';
import { convolution, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('plinio-layer');
const x = s.input('x', { dtype: 'uint8', shape: [1, 3, 4, 4] });
const attributes = convolution({ accumulator: 'int32' });
const conv = s.node(ops.conv2d, [x, s.noise('w', 'int8', [4, 3, 3, 3], -127, 127)], attributes, 'conv');
const factor = s.fixed('factor', 'int32', [1, 4, 1, 1], [94, 71, 107, 12]);
const scaled = s.node(ops.mul, [conv, factor], { dtype: 'int32' }, 'scaled');
const offset = s.fixed('offset', 'int32', [1, 4, 1, 1], [81028, -23004, 127758, 0]);
const shifted = s.node(ops.add, [scaled, offset], { dtype: 'int32' }, 'shifted');
const divisor = s.fixed('divisor', 'int32', [1], [32768]);
const divided = s.node(ops.div, [shifted, divisor], { dtype: 'int32', rounding: 'floor' }, 'divided');
const clipped = s.node(ops.clip, [divided], { min: 0, max: 255 }, 'clipped');

/** Multiply, add, divide, clip, cast: one requantization of the rule floor. */
export default {
  graph: s.done(s.node(ops.cast, [clipped], { dtype: 'uint8', saturate: true }, 'y')),
} satisfies TransformCase;
