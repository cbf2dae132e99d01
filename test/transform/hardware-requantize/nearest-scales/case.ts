import { quantizedConvolution } from '../../quantized-sketch.ts';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('nearest-scales');
const x = s.input('x', { dtype: 'int8', shape: [1, 8, 6, 6] });
const a = quantizedConvolution(s, x, 'a', 4, -128, { inputZeroPoint: 5 });
const b = quantizedConvolution(s, a, 'b', 4, -128, { groups: 4 }, { rule: 'double' });

/** One rule for all; scales as wide as products allow, the double rounding's own share in the addend. */
export default {
  graph: s.done(a, b),
  numerics: 'hardware',
  target: {
    requantization: { scaleBits: 16, largestShift: 31, perChannelShift: true, productBits: 31 },
  },
  tolerance: [1, 1],
} satisfies TransformCase;
