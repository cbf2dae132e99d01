import { ops } from 'match-compiler';
import { int8, quantizedConvolution } from '../../quantized-sketch.ts';
import { shiftsAlone } from '../../shift-target.ts';
import { convolution, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('ternary-weights');
const x = s.input('x', { dtype: 'int8', shape: [1, 4, 6, 6] });
const calm = s.fixed('calm', 'int8', [4], [-10, -10, -9, -10]);
const a = quantizedConvolution(s, x, 'a', 4, -128, { inputZeroPoint: -128 }, {}, calm);
const signs = Array.from({ length: 4 * 4 * 9 }, (_, i) => 50 * (((i * 7 + Math.floor(i / 5)) % 3) - 1));
const sums = s.node(
  ops.conv2d,
  [a, s.fixed('t.w', 'int8', [4, 4, 3, 3], signs), s.fixed('t.b', 'int32', [4], [900, -300, 0, 77])],
  convolution({ accumulator: 'int32', inputZeroPoint: -128 }),
  't.sums',
);
const scale = [
  s.fixed('t.multiplier', 'int32', [4], [1_500_000_000, 1_700_000_000, 1_300_000_000, 2_000_000_000]),
  s.fixed('t.shift', 'int8', [1], [-9]),
];
const t = s.node(
  ops.requantize,
  [sums, ...scale],
  { rule: 'single', axis: 1, inputZeroPoint: 0, zeroPoint: -128, ...int8 },
  't',
);
const b = quantizedConvolution(s, t, 'b', 4, -20, { inputZeroPoint: -128 }, {}, calm);

/** Weights of −1, 0 and 1 stay what they are: factors per channel follow them, in 7 bits before and 6 bits behind. */
export default {
  graph: s.done(b),
  numerics: 'hardware',
  target: { requantization: shiftsAlone },
  tolerance: [16],
} satisfies TransformCase;
