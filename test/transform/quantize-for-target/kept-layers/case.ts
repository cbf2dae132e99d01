import { ops } from 'match-compiler';
import { int8 } from '../../quantized-sketch.ts';
import { shiftsAlone } from '../../shift-target.ts';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('kept-layers');
const x = s.input('x', { dtype: 'int8', shape: [2, 20] });
const weights = s.input('w', { dtype: 'int8', shape: [4, 20] });
const sums = s.node(ops.dense, [x, weights], layer('int32', 3), 'sums');
const scale = [s.fixed('multiplier', 'int32', [1], [1_400_000_000]), s.fixed('shift', 'int8', [1], [-9])];
const y = s.node(
  ops.requantize,
  [sums, ...scale],
  { rule: 'single', axis: 1, inputZeroPoint: 0, zeroPoint: -7, ...int8 },
  'y',
);

/** A layer of weights that nobody knows yet keeps its own rule. */
export default {
  graph: s.done(y),
  numerics: 'hardware',
  target: { requantization: shiftsAlone },
  refused: true,
} satisfies TransformCase;
