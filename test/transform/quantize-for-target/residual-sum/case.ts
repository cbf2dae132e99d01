import { ops } from 'match-compiler';
import { int8, quantizedConvolution } from '../../quantized-sketch.ts';
import { shiftsAlone } from '../../shift-target.ts';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('residual-sum');
const x = s.input('x', { dtype: 'int8', shape: [1, 4, 6, 6] });
const calm = s.fixed('calm', 'int8', [4], [-10, -10, -9, -10]);
const a = quantizedConvolution(s, x, 'a', 4, -128, { inputZeroPoint: -128 }, {}, calm);
const b = quantizedConvolution(s, a, 'b', 4, 7, { groups: 4 }, { rule: 'double' }, calm);
const sum = s.node(
  ops.quantizedAdd,
  [a, b],
  {
    rule: 'single',
    aScale: 0.05,
    aZeroPoint: -128,
    bScale: 0.07,
    bZeroPoint: 7,
    outputScale: 0.08,
    zeroPoint: -128,
    ...int8,
  },
  'sum',
);
const flat = s.node(ops.reshape, [sum], { shape: [1, 144] }, 'flat');
const weights = s.noise('w', 'int8', [3, 144], -90, 90);
const sums = s.node(ops.dense, [flat, weights], layer('int32', -128), 'sums');
const scale = [s.fixed('multiplier', 'int32', [1], [1_400_000_000]), s.fixed('shift', 'int8', [1], [-9])];
const y = s.node(
  ops.requantize,
  [sums, ...scale],
  { rule: 'single', axis: 1, inputZeroPoint: 0, zeroPoint: 3, ...int8 },
  'y',
);

/** Zeros are 0, sums add their operands as they are, and the last layer writes the model's own scale. */
export default {
  graph: s.done(y),
  numerics: 'hardware',
  target: { requantization: shiftsAlone },
  tolerance: [8],
} satisfies TransformCase;
