import { ops } from 'match-compiler';
import { convolution, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('other-value');
const x = s.input('x', { dtype: 'int8', shape: [1, 2, 6, 6] });
const pads = [0, 0, 1, 1, 0, 0, 1, 1];
const padded = s.node(ops.pad, [x], { pads, value: 0, mode: 'constant' }, 'padded');
const attributes = convolution({ pads: [0, 0, 0, 0], inputZeroPoint: 3, accumulator: 'int32' });
const conv = s.node(ops.conv2d, [padded, s.noise('w', 'int8', [3, 2, 3, 3], -9, 9)], attributes, 'conv');
const window = { kernel: [3, 3], strides: [2, 2], pads: [0, 0, 0, 0], dilations: [1, 1], ceilMode: false };

/** Zeros are not the zero point 3, and they do win against negative numbers. */
export default {
  graph: s.done(conv, s.node(ops.maxPool2d, [padded], window, 'highest')),
  refused: true,
} satisfies TransformCase;
