import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('products-too-wide');
const sums = s.input('sums', { dtype: 'int32', shape: [1, 3] });
const floor = {
  rule: 'floor',
  axis: 1,
  inputZeroPoint: 0,
  zeroPoint: 0,
  min: 0,
  max: 255,
  dtype: 'uint8',
} as const;
const constants = [s.fixed('multiplier', 'int32', [1], [3]), s.fixed('addend', 'int32', [1], [0])];
const wide = s.node(ops.requantize, [sums, ...constants], { ...floor, divisor: 2 ** 22 }, 'wide');
const small = s.node(ops.clip, [sums], { min: -1000, max: 1000 }, 'small');
const thirds = s.node(ops.requantize, [small, ...constants], { ...floor, divisor: 42 }, 'thirds');

/** Sums of which nothing is known leave the products of the hardware, and 42 is no power of two. */
export default {
  graph: s.done(wide, thirds),
  target: {
    requantization: { scaleBits: 16, largestShift: 31, perChannelShift: true, productBits: 31 },
  },
  refused: true,
} satisfies TransformCase;
