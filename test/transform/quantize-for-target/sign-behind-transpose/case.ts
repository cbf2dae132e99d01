import { ops } from 'match-compiler';
import { quantizedConvolution } from '../../quantized-sketch.ts';
import { shiftsAlone } from '../../shift-target.ts';
import { Sketch } from '../../sketch.ts';
import type { TransformCase } from '../../transform-case.ts';

const s = new Sketch('sign-behind-transpose');
const image = s.input('image', { dtype: 'int8', shape: [1, 6, 6, 3] });
const shared = s.input('shared', { dtype: 'int8', shape: [1, 6, 6, 3] });
const perm = [0, 3, 1, 2];
const calm = s.fixed('calm', 'int8', [4], [-9, -9, -9, -9]);
const layer = (x: typeof image, name: string): typeof image =>
  quantizedConvolution(s, x, name, 4, -128, {}, {}, calm);
const a = layer(s.node(ops.transpose, [image], { perm }, 'planes'), 'a');
const b = layer(s.node(ops.transpose, [shared], { perm }, 'upright'), 'b');
const c = layer(s.node(ops.transpose, [shared], { perm: [0, 3, 2, 1] }, 'turned'), 'c');

/** The sign changes behind the transpose, unless two of them read the changed tensor: then it does so once. */
export default {
  graph: s.done(a, b, c),
  numerics: 'hardware',
  target: { requantization: shiftsAlone },
  tolerance: [6, 6, 6],
} satisfies TransformCase;
