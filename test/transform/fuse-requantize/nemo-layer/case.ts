import { ops } from 'match-compiler';
import { convolution, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('nemo-layer');
const x = s.input('x', { dtype: 'uint8', shape: [1, 4, 3, 3] });
const attributes = convolution({ groups: 4, accumulator: 'int32' });
const conv = s.node(ops.conv2d, [x, s.noise('w', 'int8', [4, 1, 3, 3], -127, 127)], attributes, 'conv');
const kappa = s.fixed('kappa', 'int32', [1, 4, 1, 1], [-1067, 106, 3, 819]);
const scaled = s.node(ops.mul, [kappa, conv], { dtype: 'int32' }, 'scaled');
const lambda = s.fixed('lambda', 'int32', [1, 4, 1, 1], [2257, -915, 0, -11]);
const shifted = s.node(ops.add, [scaled, lambda], { dtype: 'int32' }, 'shifted');
const wide = s.node(ops.cast, [shifted], { dtype: 'int64', saturate: true }, 'wide');
const again = s.node(ops.mul, [wide, s.fixed('m', 'int64', [1], [54])], { dtype: 'int64' }, 'again');
const by = s.fixed('d', 'int64', [1], [2097151]);
const divided = s.node(ops.div, [again, by], { dtype: 'int64', rounding: 'truncate' }, 'divided');
const clipped = s.node(ops.clip, [divided], { min: 0, max: 255 }, 'clipped');

/** Both multiplications are one; truncation and floor agree above a lower limit of 0. */
export default {
  graph: s.done(s.node(ops.cast, [clipped], { dtype: 'uint8', saturate: true }, 'y')),
} satisfies TransformCase;
