import { ops } from 'match-compiler';
import { int8, quantizedConvolution } from '../../quantized-sketch.ts';
import { shiftsAlone } from '../../shift-target.ts';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('edges-and-mean');
const image = s.input('image', { dtype: 'float32', shape: [1, 4, 6, 6] });
const x = s.quantize(image, 0.03, 20, 'int8', 'x');
const calm = s.fixed('calm', 'int8', [4], [-10, -10, -9, -10]);
const a = quantizedConvolution(s, x, 'a', 4, -128, { inputZeroPoint: 20 }, {}, calm);
const means = s.node(
  ops.sumPool2d,
  [a],
  { kernel: [6, 6], strides: [6, 6], pads: [0, 0, 0, 0], ceilMode: false, inputZeroPoint: -128 },
  'means',
);
const ninth = [s.fixed('multiplier', 'int32', [1], [1_908_874_354]), s.fixed('shift', 'int8', [1], [-5])];
const scaled = s.node(
  ops.requantize,
  [means, ...ninth],
  { rule: 'single', axis: 0, inputZeroPoint: 0, zeroPoint: -128, ...int8 },
  'scaled',
);
const point = { inputZeroPoint: -128, pads: [1, 1, 1, 1] };
const b = quantizedConvolution(s, scaled, 'b', 4, -11, point, {}, calm);

/** What somebody else reads is converted back; a mean takes any factor; the last layer writes the model's form. */
export default {
  graph: s.done(a, b),
  numerics: 'hardware',
  target: { requantization: shiftsAlone },
  tolerance: [6, 4],
} satisfies TransformCase;
