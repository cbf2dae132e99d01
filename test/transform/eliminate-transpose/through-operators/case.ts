import { ops } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('through-operators');
const x = s.input('x', { dtype: 'float32', shape: [1, 3, 4, 5] });
const inner = s.node(ops.transpose, [x], { perm: [0, 2, 3, 1] }, 'inner');
const bias = s.node(ops.add, [inner, s.noise('b', 'float32', [3], -1, 1)], { dtype: 'float32' }, 'bias');
const pads = [0, 1, 0, 0, 0, 0, 2, 0];
const padded = s.node(ops.pad, [bias], { pads, value: 0, mode: 'constant' }, 'padded');
const part = s.node(
  ops.slice,
  [padded],
  { starts: [0, 1, 0, 0], ends: [1, 5, 7, 3], steps: [1, 2, 1, 1] },
  'part',
);
const both = s.node(ops.concat, [part, part], { axis: 3 }, 'both');
const shares = s.node(ops.softmax, [both], { axis: 3 }, 'shares');
const quantized = s.quantize(shares, 0.01, -100, 'int8', 'quantized');
const mean = s.node(ops.reduceMax, [quantized], { axes: [1], keepDims: true }, 'highest');

/** Axes are renumbered on the way until the pair meets. */
export default {
  graph: s.done(s.node(ops.transpose, [mean], { perm: [0, 3, 1, 2] }, 'y')),
} satisfies TransformCase;
