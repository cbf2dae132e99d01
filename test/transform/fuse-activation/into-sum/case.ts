import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('into-sum');
const x = s.input('x', { dtype: 'int8', shape: [1, 8] });
const y = s.input('y', { dtype: 'int8', shape: [1, 8] });
const attributes = {
  rule: 'single',
  aScale: 0.5,
  aZeroPoint: 3,
  bScale: 0.25,
  bZeroPoint: -1,
  outputScale: 0.5,
  zeroPoint: -20,
  min: -128,
  max: 127,
  dtype: 'int8',
} as const;
const sum = s.node(ops.quantizedAdd, [x, y], attributes, 'sum');
const product = s.node(ops.quantizedMul, [sum, y], attributes, 'product');

/** A sum with another reader keeps its own limits; the product after it takes the clip's. */
export default {
  graph: s.done(
    s.node(ops.clip, [sum], { min: -20, max: 127 }, 'relu'),
    s.node(ops.clip, [product], { min: -20, max: 10 }, 'limited'),
  ),
} satisfies TransformCase;
