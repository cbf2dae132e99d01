import { ops, type Value } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('into-requantize');
const requantized = (x: Value, name: string) =>
  s.node(
    ops.requantize,
    [x, s.fixed(`${name}.multiplier`, 'int32', [1], [3]), s.fixed(`${name}.addend`, 'int32', [1], [0])],
    {
      rule: 'floor',
      axis: 0,
      inputZeroPoint: 0,
      zeroPoint: 0,
      min: -100,
      max: 120,
      dtype: 'int8',
      divisor: 4,
    },
    name,
  );
const x = s.input('x', { dtype: 'int16', shape: [1, 8] });
const relu = s.node(ops.clip, [requantized(x, 'scaled')], { min: 0, max: 127 }, 'relu');

/** The limits of activations become those of the operator that saturates anyway. */
export default {
  graph: s.done(s.node(ops.clip, [relu], { min: -128, max: 90 }, 'six')),
} satisfies TransformCase;
