import { ops } from 'match-compiler';
import { int8, quantizedConvolution } from '../../quantized-sketch.ts';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('every-edge');
const image = s.input('image', { dtype: 'float32', shape: [1, 4, 6, 6] });
const x = s.quantize(image, 0.03125, 3, 'int8', 'x');
const padded = s.node(ops.pad, [x], { pads: [0, 0, 1, 0, 0, 0, 0, 1], value: 3, mode: 'constant' }, 'padded');
const clipped = s.node(ops.clip, [padded], { min: -100, max: 90 }, 'clipped');
const curve = s.node(ops.lookup, [clipped, s.noise('table', 'int8', [256], -128, 127)], {}, 'curve');
const a = quantizedConvolution(s, curve, 'a', 4, 11, { inputZeroPoint: -3 });
const largest = s.node(
  ops.maxPool2d,
  [a],
  { kernel: [2, 2], strides: [1, 1], pads: [0, 0, 1, 1], dilations: [1, 1], ceilMode: false },
  'largest',
);
const beside = s.node(
  ops.concat,
  [largest, s.noise('k', 'int8', [1, 1, 7, 7], -128, 127)],
  { axis: 1 },
  'beside',
);
const product = s.node(
  ops.quantizedMul,
  [beside, s.noise('gate', 'int8', [1, 5, 1, 1], -128, 127)],
  {
    rule: 'single',
    aScale: 0.05,
    aZeroPoint: 11,
    bScale: 0.01,
    bZeroPoint: -7,
    outputScale: 0.02,
    zeroPoint: 9,
    ...int8,
  },
  'product',
);
const sums = s.node(
  ops.sumPool2d,
  [product],
  { kernel: [3, 3], strides: [2, 2], pads: [1, 1, 0, 0], ceilMode: false, inputZeroPoint: 9 },
  'sums',
);
const again = s.node(
  ops.requantize,
  [product, s.fixed('numerator', 'float64', [1], [0.3])],
  { rule: 'real-even', axis: 1, inputZeroPoint: 9, zeroPoint: -4, denominator: 0.4, ...int8 },
  'again',
);
const real = s.dequantize(again, 0.4, -4, 'real');

/** Float edges take the other type themselves: no conversion at all. */
export default { graph: s.done(real, sums), target: { activationSign: 'unsigned' } } satisfies TransformCase;
