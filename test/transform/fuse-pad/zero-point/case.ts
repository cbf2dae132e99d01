import { ops } from 'match-compiler';
import { convolution, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('zero-point');
const x = s.input('x', { dtype: 'int8', shape: [1, 2, 5, 5] });
const padded = s.node(
  ops.pad,
  [x],
  { pads: [0, 0, 1, 1, 0, 0, 1, 1], value: -5, mode: 'constant' },
  'padded',
);
const weights = s.noise('w', 'int8', [3, 2, 3, 3], -127, 127);
const attributes = convolution({ pads: [0, 0, 0, 0], inputZeroPoint: -5, accumulator: 'int32' });

/** On integers the padding of a convolution is its zero point; another reader keeps the pad alive. */
export default {
  graph: s.done(
    s.node(ops.conv2d, [padded, weights], attributes, 'conv'),
    s.node(ops.neg, [padded], {}, 'other'),
  ),
} satisfies TransformCase;
