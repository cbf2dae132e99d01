import { ops } from 'match-compiler';
import { int8 } from '../../quantized-sketch.ts';
import { layer, Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('little-work');
const x = s.input('x', { dtype: 'int8', shape: [1, 200] });
const sums = s.node(ops.dense, [x, s.noise('w', 'int8', [1, 200], -127, 127)], layer('int32', 7), 'sums');
const constants = [s.fixed('multiplier', 'int32', [1], [2 ** 30]), s.fixed('shift', 'int8', [1], [-9])];
const y = s.node(
  ops.requantize,
  [sums, ...constants],
  { rule: 'single', axis: 1, inputZeroPoint: 0, zeroPoint: 0, ...int8 },
  'y',
);

/** 200 products do not pay for converting as many inputs. */
export default {
  graph: s.done(y),
  target: { activationSign: 'unsigned' },
  refused: true,
} satisfies TransformCase;
