import { ops } from 'match-compiler';
import { convolution, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('exact-floor');
const x = s.input('x', { dtype: 'uint8', shape: [1, 4, 5, 5] });
const sums = s.node(
  ops.conv2d,
  [x, s.noise('w', 'int8', [3, 4, 3, 3], -127, 127)],
  convolution({ accumulator: 'int32' }),
  'sums',
);
const y = s.node(
  ops.requantize,
  [sums, s.noise('multiplier', 'int32', [3], 1, 900), s.noise('addend', 'int32', [3], -90_000, 90_000)],
  {
    rule: 'floor',
    axis: 1,
    divisor: 2 ** 20,
    inputZeroPoint: 6,
    zeroPoint: 3,
    min: 0,
    max: 255,
    dtype: 'uint8',
  },
  'y',
);

/** A division by a power of two is a shift, and zero points go into the addend. */
export default {
  graph: s.done(y),
  target: {
    requantization: { scaleBits: 8, largestShift: 31, perChannelShift: true, productBits: 31 },
  },
} satisfies TransformCase;
