import { ops, type Value } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('other-reader');
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
const scaled = requantized(x, 'scaled');

/** What is read without the activation as well keeps it apart. */
export default {
  graph: s.done(scaled, s.node(ops.clip, [scaled], { min: 0, max: 127 }, 'relu')),
  refused: true,
} satisfies TransformCase;
