import { ops } from 'match-compiler';
import { int8 } from '../../quantized-sketch.ts';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('one-shift');
const x = s.input('x', { dtype: 'int8', shape: [2, 20] });
const weights = s.noise('w', 'int8', [4, 20], -127, 127);
const sums = s.node(
  ops.dense,
  [x, weights, s.noise('b', 'int32', [4], -900, 900)],
  layer('int32', 3),
  'sums',
);
const constants = [
  s.fixed('multiplier', 'int32', [4], [2 ** 30 + 12345, 1_999_999_999, 0, 1_300_000_000]),
  s.fixed('shift', 'int8', [4], [-9, -11, 0, -8]),
];
const y = s.node(
  ops.requantize,
  [sums, ...constants],
  { rule: 'single', axis: 1, inputZeroPoint: 0, zeroPoint: -7, ...int8 },
  'y',
);

/** Hardware with one shift per layer; the channel whose factor is zero is a constant. */
export default {
  graph: s.done(y),
  numerics: 'hardware',
  target: {
    requantization: { scaleBits: 8, largestShift: 31, perChannelShift: false, productBits: 31 },
  },
  tolerance: [1],
} satisfies TransformCase;
