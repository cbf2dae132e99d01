import { ops, type Value } from 'match-compiler';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('region');
const a = s.input('a', { dtype: 'float32', shape: [1, 3, 4, 5] });
const b = s.input('b', { dtype: 'float32', shape: [1, 3, 4, 5] });
const gate = s.input('gate', { dtype: 'float32', shape: [3] });
const nhwc = (x: Value, name: string) => s.node(ops.transpose, [x], { perm: [0, 2, 3, 1] }, name);
const nchw = (x: Value, name: string) => s.node(ops.transpose, [x], { perm: [0, 3, 1, 2] }, name);
const sum = s.node(ops.add, [nhwc(a, 'a1'), nhwc(b, 'b1')], { dtype: 'float32' }, 'sum');
const gated = s.node(ops.mul, [sum, gate], { dtype: 'float32' }, 'gated');
const left = s.node(ops.sigmoid, [gated], {}, 'left');
const right = s.node(ops.tanh, [gated], {}, 'right');

/** Two ways in and three out, with a vector per channel: the region changes sides as a whole. */
export default { graph: s.done(nchw(left, 'y'), nchw(right, 'z'), gated) } satisfies TransformCase;
