import { ops } from 'match-compiler';
import { int8, quantizedConvolution } from '../../quantized-sketch.ts';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('residual');
const x = s.input('x', { dtype: 'int8', shape: [1, 8, 6, 6] });
const a = quantizedConvolution(s, x, 'a', 8, -128, { inputZeroPoint: 5 });
const b = quantizedConvolution(s, a, 'b', 8, 4);
const sum = s.node(
  ops.quantizedAdd,
  [a, b],
  {
    rule: 'double',
    aScale: 0.05,
    aZeroPoint: -128,
    bScale: 0.07,
    bZeroPoint: 4,
    outputScale: 0.06,
    zeroPoint: -128,
    ...int8,
  },
  'sum',
);
const pooled = s.node(
  ops.averagePool2d,
  [sum],
  {
    kernel: [6, 6],
    strides: [6, 6],
    pads: [0, 0, 0, 0],
    ceilMode: false,
    countIncludePad: false,
    rounding: 'half-away',
  },
  'pooled',
);
const flat = s.node(ops.reshape, [pooled], { shape: [1, 8] }, 'flat');
const scores = s.node(
  ops.requantize,
  [
    s.node(ops.dense, [flat, s.noise('w', 'int8', [64, 8], -127, 127)], layer('int32', -128), 'sums'),
    s.fixed('multiplier', 'int32', [1], [1_500_000_000]),
    s.fixed('shift', 'int8', [1], [-8]),
  ],
  { rule: 'single', axis: 1, inputZeroPoint: 0, zeroPoint: 14, ...int8 },
  'scores',
);
const y = s.node(
  ops.quantizedSoftmax,
  [scores],
  {
    axis: 1,
    rule: 'float-table',
    inputScale: 0.1,
    outputScale: 1 / 256,
    zeroPoint: -128,
    dtype: 'int8',
  },
  'y',
);

/** One conversion at the input; the softmax writes what the output is. */
export default { graph: s.done(y), target: { activationSign: 'unsigned' } } satisfies TransformCase;
